"""The command that imports a file of parties."""

import pytest
from django.core.management import CommandError, call_command

from consultations.conflicts.parties_file import import_parties
from consultations.conflicts.search import find
from consultations.models import Party, PartyEntry

pytestmark = pytest.mark.django_db
HEADER = "name,role,aliases,kind,matter,note\n"


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "parties.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def run(path, *options, capsys) -> tuple[str, str]:
    call_command("import_parties", str(path), *options)
    return tuple(capsys.readouterr())


def test_a_file_without_a_readable_line_ends_in_error(file, tmp_path):
    for text in ("", "\n", "who,what\nJane,witness\n", HEADER + ",,,\nJane Roe,judge\n", "\0\0\0"):
        with pytest.raises(CommandError):
            call_command("import_parties", str(file(text)))
    with pytest.raises(CommandError):
        call_command("import_parties", str(tmp_path / "none.csv"))
    assert not Party.objects.exists()


def test_a_bad_line_is_named_by_its_number_and_not_by_its_name(file, capsys):
    text = HEADER + 'Jane Roe,witness\nSecret Person,judge\n,client\nTom Poe,client,,robot\n"Two\nLines",client\n'
    out, err = run(file(text), capsys=capsys)
    assert err.splitlines()[0].startswith("Line 3: role must be one of")
    assert err.splitlines()[1:] == ["Line 4: no name.", "Line 5: kind must be person or organisation."]
    assert out == "2 added, 0 changed, 0 known already, 3 left out.\n"
    assert "Secret" not in out + err
    assert sorted(party.name for party in Party.objects.all()) == ["Jane Roe", "Two Lines"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_separators(file, capsys, encoding, mark):
    alias = "Pepe García|P. G." if mark == ";" else "Pepe García;P. G."
    path = file(
        mark.join(["Name", "ROLE", "Aliases"]) + "\r\n" + mark.join(["José García", "Former client", alias]), encoding
    )
    run(path, capsys=capsys)
    party = Party.objects.get()
    assert (party.name, party.role, party.aliases) == ("José García", "former_client", "Pepe García\nP. G.")


def test_every_column(file, capsys):
    run(
        file(HEADER + "Acme LLC,ADVERSE,Road Runner,organization,State v. X,a note\nJane Roe,Co-defendant\n"),
        capsys=capsys,
    )
    acme, jane = Party.objects.order_by("pk")
    assert (acme.kind, acme.matter, acme.note, acme.source) == ("organisation", "State v. X", "a note", "import")
    assert (jane.kind, jane.role) == ("person", "co_defendant")
    assert [hit.found for hit in find(["Road Runner"])] == ["Road Runner"]


def test_the_same_line_or_file_twice_adds_nothing(file, capsys):
    path = file(HEADER + "Jane Roe,witness\nJANE  ROE,Witness\nJane Roe,client\n")
    assert run(path, capsys=capsys)[0].startswith("2 added, 0 changed, 1 known")
    before = list(Party.objects.order_by("pk").values()), set(PartyEntry.objects.values_list("pk", flat=True))
    assert run(path, capsys=capsys)[0].startswith("0 added, 0 changed, 3 known")
    assert (list(Party.objects.order_by("pk").values()), set(PartyEntry.objects.values_list("pk", flat=True))) == before


def test_a_line_with_other_aliases_changes_the_party(file, capsys):
    run(file(HEADER + "Jane Roe,witness\n"), capsys=capsys)
    assert run(file(HEADER + "Jane Roe,witness,Janey Poe\n"), capsys=capsys)[0].startswith("0 added, 1 changed")
    assert [hit.found for hit in find(["Janey Poe"])] == ["Janey Poe"]
    assert Party.objects.count() == 1


def test_a_dry_run_says_what_a_run_does_and_changes_nothing(file, capsys):
    run(file(HEADER + "Jane Roe,witness\nTom Poe,witness\n"), capsys=capsys)
    path = file(HEADER + "Jane Roe,witness,Janey\nTom Poe,witness\nAcme LLC,adverse\nX,y\n")
    before = list(Party.objects.order_by("pk").values())
    said = run(path, "--dry-run", capsys=capsys)[0]
    assert list(Party.objects.order_by("pk").values()) == before
    assert said == "1 would be added, 1 would be changed, 1 known already, 1 left out.\n"
    assert run(path, capsys=capsys)[0] == said.replace("would be ", "")


def test_a_fault_in_the_middle_leaves_nothing(file, monkeypatch):
    monkeypatch.setattr("consultations.conflicts.parties_file.BATCH", 2)
    calls = []

    def fail(parties):
        calls.append(list(parties))
        if len(calls) == 2:
            raise RuntimeError
        return Party.objects.bulk_create(calls[-1])

    monkeypatch.setattr("consultations.conflicts.parties_file.save_new_parties", fail)
    with pytest.raises(RuntimeError):
        import_parties(file(HEADER + "".join(f"Person {word},witness\n" for word in ("One", "Two", "Three", "Four"))))
    assert not Party.objects.exists()
