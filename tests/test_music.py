"""Tunes in ABC notation: pitches, lengths and bars by hand, and what is no music passed over."""

import io
import wave
from fractions import Fraction

import numpy as np
import pytest

from core.music import MOST_NOTES, MOST_QUARTERS, MOST_SECONDS, RATE, read_tune, seconds_of, sound, tunes_of


def tune(music, key="C", metre="4/4", unit="1/4"):
    return read_tune(f"X:1\nT:Test\nM:{metre}\nL:{unit}\nK:{key}\n{music}")


def pitches(music, **head):
    return [note.pitches for note in tune(music, **head).notes]


def lengths(music, **head):
    return [note.length for note in tune(music, **head).notes]


def test_letters_and_octaves_are_pitches():
    assert pitches("C, C c c' B") == [(48,), (60,), (72,), (84,), (71,)]
    assert [note.steps for note in tune("C, C c E").notes] == [(-7,), (0,), (7,), (2,)]


@pytest.mark.parametrize(("key", "sharps"), [
    ("C", 0), ("G", 1), ("D", 2), ("F", -1), ("Bb", -2), ("Em", 1), ("Am", 0), ("Ador", 1), ("Amix", 2), ("F#m", 3),
    ("Gminor", -2),
])  # fmt: skip
def test_keys_and_modes_have_their_signs(key, sharps):
    assert tune("C", key=key).sharps == sharps


def test_a_key_raises_and_lowers_its_notes():
    assert pitches("F C", key="D") == [(66,), (61,)]
    assert pitches("B E", key="Bb") == [(70,), (63,)]


def test_an_accidental_holds_to_the_bar_line_in_its_octave():
    assert pitches("^F F f | F") == [(66,), (66,), (77,), (65,)]
    assert pitches("=F F | F", key="G") == [(65,), (65,), (66,)]
    assert [note.signs for note in tune("^F F").notes] == [("♯",), ("",)]


def test_lengths_are_factors_of_the_unit():
    assert lengths("A A2 A/ A/2 A3/2 A//") == [1, 2, Fraction(1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(1, 4)]
    assert lengths("A", unit="1/8") == [Fraction(1, 2)]


def test_without_a_unit_it_follows_the_metre():
    assert read_tune("M:6/8\nK:C\nA").notes[0].length == Fraction(1, 2)
    assert read_tune("M:2/4\nK:C\nA").notes[0].length == Fraction(1, 4)


def test_dotted_pairs_and_triplets():
    assert lengths("A>B") == [Fraction(3, 2), Fraction(1, 2)]
    assert lengths("A<B") == [Fraction(1, 2), Fraction(3, 2)]
    assert lengths("(3ABc d") == [Fraction(2, 3)] * 3 + [1]


def test_chords_rests_and_ties():
    found = tune("[CEG]2 z A-|A").notes
    assert found[0].pitches == (60, 64, 67)
    assert found[0].length == 2
    assert found[1].pitches == ()
    assert found[2].is_tied


def test_names_of_chords_ornaments_and_remarks_are_passed_over():
    found = tune('"Am"A !trill!B {cd}c % a remark ABC')
    assert [note.pitches for note in found.notes] == [(69,), (71,), (72,)]
    assert found.num_unread == 0


def test_full_bars_leave_out_the_upbeat_and_the_end():
    assert tune("A|ABcd|ABc|ABcd|A2").full_bars() == (2, 3)
    assert tune("ABcd|ABc|A").full_bars() == (1, 2)


def test_what_is_no_music_is_counted_and_nothing_fails():
    found = tune("A?? $ # 12 >> (3 [ [1 ]| :: ^ ,, && A")
    assert len(found.notes) == 2
    assert found.num_unread > 3
    assert read_tune("").notes == []
    assert read_tune("K:H\nM:3/0\nL:0/1\nQ:0\n|:|").notes == []


def test_a_tune_is_bounded():
    long = tune("A" * 3_900)
    assert len(long.notes) == MOST_NOTES
    assert len(sound(long)) <= 2 * RATE * MOST_SECONDS + 1_000


@pytest.mark.parametrize("times", ["30 " * 6, "30 " * 1_300])
def test_a_note_made_longer_again_and_again_is_bounded(times):
    long = tune("A" + times)
    assert long.notes[0].length == MOST_QUARTERS
    assert len(sound(long)) <= 2 * RATE * MOST_SECONDS + 1_000


def test_the_sound_is_the_pitch_for_as_long_as_it_is_written():
    """A at 440 Hz for a quarter note at 60 a minute is the loudest in the spectrum."""
    found = read_tune("M:4/4\nL:1/4\nQ:1/4=60\nK:C\nA")
    with wave.open(io.BytesIO(sound(found))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert len(samples) / RATE == pytest.approx(1.6, abs=0.01)
    power = np.abs(np.fft.rfft(samples[:RATE]))
    assert power.argmax() == pytest.approx(440, abs=1)
    assert np.abs(samples[int(1.3 * RATE) :]).max() == 0


def test_tied_notes_sound_once():
    one, two = sound(tune("A2")), sound(tune("A-A"))
    assert one == two
    assert sound(tune("AA")) != one


def test_a_tune_of_rests_has_no_sound():
    assert sound(tune("z4")) == b""


def test_two_parts_of_a_bar_around_a_repeat_are_one():
    assert tune("A|ABcd|ABc:|:d|ABcd|A").full_bars() == (3, 3)
    assert tune("ABcd|ABc|d|ABcd|A").full_bars() == (2, 4), "a plain line between them makes two short bars"


def test_a_change_of_metre_counts_from_there_on():
    assert tune("ABcd|[M:3/4]ABc|ABc|ABcd|A").full_bars() == (3, 4)


def test_a_chord_is_as_long_as_its_first_note_times_what_follows_it():
    assert lengths("[G2B2] [GB]3 [G/B/]2") == [2, 3, 1]


def test_a_tie_keeps_a_note_raised_over_the_bar_line_once():
    assert pitches("^F4-|F2 F2") == [(66,), (66,), (65,)]
    one, two = sound(tune("[C-E-]4|[CE]4|")), sound(tune("[CE]8|"))
    assert one == two


@pytest.mark.parametrize(("key", "sharps"), [("A minor", 0), ("A Dorian", 1), ("A mix", 2), ("D Mix", 1)])
def test_a_mode_may_stand_behind_a_blank(key, sharps):
    assert tune("C", key=key).sharps == sharps


def test_doubly_dotted_pairs_and_other_tuplets():
    assert lengths("A>>B") == [Fraction(7, 4), Fraction(1, 4)]
    assert lengths("(3:2:2AB c") == [Fraction(2, 3), Fraction(2, 3), 1]
    assert read_tune("Q:1/4 1/8=40\nK:C\nA").tempo == 60.0


def test_a_line_that_begins_with_a_note_and_a_repeat_is_music():
    assert pitches("A|\nc:|") == [(69,), (72,)]


def test_a_tune_without_its_reference_number_is_read_and_the_next_begins_at_its_own():
    (begun,) = tunes_of('M:6/8\nK:D\n|:"D"d2f agf|')
    assert (begun.metre_name, begun.sharps, len(begun.notes)) == ("6/8", 2, 5)
    first, second, third = tunes_of("ABc|\nX:2\nT:Two\nK:C\nd|\n\nK:G\nf|")
    assert [len(tune.notes) for tune in (first, second, third)] == [3, 1, 1]
    assert second.title == "Two"
    assert third.notes[0].pitches == (78,), "a blank line ends a tune"
    assert tunes_of("1234 X:\n") == [] == tunes_of("")


def test_a_tune_lasts_as_long_as_its_notes_at_its_tempo():
    assert seconds_of(read_tune("L:1/4\nQ:1/4=120\nK:C\nA2 B z|")) == pytest.approx(2.0)
    assert seconds_of(read_tune("K:C\n")) == 0
