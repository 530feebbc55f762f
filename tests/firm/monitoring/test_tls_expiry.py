"""The certificate as a browser sees it: real TLS on loopback, with a test authority."""

import datetime
import ipaddress
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from firm.models import Measurement
from firm.monitoring import health, tls_expiry
from firm.monitoring.tls_expiry import days_left, measure_certificate
from tests.firm.monitoring.test_health import beat, degraded

DAY = datetime.timedelta(days=1)


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Authority:
    """A certificate authority; ``path`` is its own certificate."""

    def __init__(self, folder) -> None:
        self.folder, self.path = folder, folder / "authority.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._sign("Authority", self._key.public_key(), days=365, is_authority=True)
        self.path.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def _sign(self, name: str, key, *, days: float, is_authority=False) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(named("Authority"), named(name), key, x509.random_serial_number())
        builder = builder.not_valid_before(now - 90 * DAY).not_valid_after(now + days * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        if not is_authority:
            hosts = [x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)]
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def context(self, *, days: float, host: str = "127.0.0.1") -> ssl.SSLContext:
        """Return a server context whose certificate is valid for so many more days."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem, encoding = self.folder / f"{host}-{days}.pem", serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        pem.write_bytes(
            key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
            + self._sign(host, key.public_key(), days=days).public_bytes(encoding)
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(pem)
        return made


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority that this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


@pytest.fixture
def serve():
    """Return a function that serves handshakes with the current ``context`` and returns the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        state = {}

        def answer():
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                try:
                    with plain, state["context"].wrap_socket(plain, server_side=True):
                        pass
                except OSError:
                    continue

        thread = threading.Thread(target=answer, daemon=True)

        def start(context: ssl.SSLContext) -> int:
            state["context"] = context
            if not thread.is_alive():
                thread.start()
            return listener.getsockname()[1]

        yield start
        listener.shutdown(socket.SHUT_RDWR)
    if thread.ident:
        thread.join(10)


def test_days_are_counted(authority, serve):
    assert 12.9 < days_left("127.0.0.1", serve(authority.context(days=13))) < 13.1


@pytest.mark.parametrize("given", [{"days": -1}, {"days": 30, "host": "other.example"}], ids=["expired", "another's"])
def test_what_browsers_refuse_has_no_days(authority, serve, given):
    assert days_left("127.0.0.1", serve(authority.context(**given))) == -1


def test_one_of_nobody_we_know_has_no_days(authority, serve, monkeypatch):
    port = serve(authority.context(days=30))
    monkeypatch.delenv("SSL_CERT_FILE")
    assert days_left("127.0.0.1", port) == -1


def test_where_nobody_answers_nothing_is_said():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert days_left("127.0.0.1", closed.getsockname()[1]) is None


def test_who_takes_the_call_and_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(tls_expiry, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert days_left("127.0.0.1", silent.getsockname()[1]) is None


def test_without_tls_nothing_is_looked_at(db, settings, monkeypatch):
    monkeypatch.setattr(tls_expiry, "days_left", lambda *given: pytest.fail("looked at"))
    settings.IS_HTTPS = False
    measure_certificate()
    assert not Measurement.objects.exists()


def test_an_expired_certificate_is_reported_until_it_is_renewed(home, client, settings, authority, serve):
    beat()
    port = serve(authority.context(days=-1))
    settings.IS_HTTPS, settings.SITE_URL = True, f"https://127.0.0.1:{port}"
    measure_certificate()
    assert degraded(client) == ["certificate"]
    serve(authority.context(days=90))
    measure_certificate()
    health.cache.clear()
    assert degraded(client) == []
