from consultations.intake.consent import is_outdated, version_of


def test_version_changes_with_the_words_and_not_with_white_space():
    assert version_of("I agree.") == version_of(" I  agree.\n")
    assert version_of("I agree.") != version_of("I disagree.")
    assert len(version_of("I agree.")) == 12


def test_only_another_version_is_outdated():
    assert is_outdated(version_of("old"), "new")
    assert not is_outdated(version_of("new"), "new")
    assert not is_outdated("on", "new")
    assert not is_outdated("", "new")
