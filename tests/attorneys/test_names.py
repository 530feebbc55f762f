import pytest

from attorneys.names import NameParts, split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("", NameParts("", "")),
        ("   ", NameParts("", "")),
        ("Cher", NameParts("", "Cher")),
        ("Jr.", NameParts("", "Jr.")),
        ("Cher Jr.", NameParts("", "Cher", "Jr.")),
        ("Alex Sample", NameParts("Alex", "Sample")),
        ("  Alex \t Sample ", NameParts("Alex", "Sample")),
        ("Alex B. Sample", NameParts("Alex B.", "Sample")),
        ("Alex Sample Jr.", NameParts("Alex", "Sample", "Jr.")),
        ("Alex Sample, Jr.", NameParts("Alex", "Sample", "Jr.")),
        ("Alex Sample, Esq.", NameParts("Alex", "Sample", "Esq.")),
        ("Alex Sample III", NameParts("Alex", "Sample", "III")),
        ("Alex Sample iv", NameParts("Alex", "Sample", "iv")),
        ("Alex Ivo", NameParts("Alex", "Ivo")),
        ("Alex Sample-Müller", NameParts("Alex", "Sample-Müller")),
        ("Ana María Núñez", NameParts("Ana María", "Núñez")),
        ("Alex\u00a0Sample", NameParts("Alex", "Sample")),
    ],
)
def test_name_is_split(name, parts):
    assert split_name(name) == parts
