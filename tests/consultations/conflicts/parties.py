"""Known parties and matches for tests."""

import factory

from consultations.conflicts.register import save_party
from consultations.models import ConflictHit, Party, PartyRole
from tests.consultations.factories import ConsultationRequestFactory


class PartyFactory(factory.django.DjangoModelFactory):
    """A client in the register, found by name."""

    class Meta:
        model = Party

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        party = model_class(*args, **kwargs)
        save_party(party)
        return party

    name = factory.Sequence("Known Quagga {}".format)
    role = PartyRole.CLIENT
    source = "by_hand"


class HitFactory(factory.django.DjangoModelFactory):
    """An undecided, certain match of a request's sender."""

    class Meta:
        model = ConflictHit

    request = factory.SubFactory(ConsultationRequestFactory, conflict_state="open")
    party = factory.SubFactory(PartyFactory)
    name_of = "full_name"
    asked = factory.LazyAttribute(lambda hit: hit.request.full_name)
    found = factory.LazyAttribute(lambda hit: hit.party.name)
    role = factory.LazyAttribute(lambda hit: hit.party.role)
    score = 100
