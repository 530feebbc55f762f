import pytest

from firm.accounts.networks import network_of


@pytest.mark.parametrize("address", ["", " ", "unix:", "unknown", "203.0.113.9:80", "203.0.113", "\x00", "1.2.3.4/8"])
def test_what_is_no_address_has_no_network(address):
    assert network_of(address) == ""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        (" 203.0.113.9 ", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_network_of_an_address(address, network):
    assert network_of(address) == network


def test_a_narrower_or_wider_network():
    assert network_of("203.0.113.9", ipv4_bits=32) == "203.0.113.9/32"
    assert network_of("2001:db8:1:2::7", ipv6_bits=48) == "2001:db8:1::/48"
