"""What the shell prints of a run that has something wrong."""

from core.console import print_findings


def test_the_shell_says_what_is_wrong_and_what_to_set(run, pairs, capsys):
    made = run("translation", pairs(60), training__max_steps=2)
    capsys.readouterr()
    print_findings(made.experiment, made.result, made.directory)
    printed = capsys.readouterr().out
    assert "Underfitted: The loss hardly fell" in printed
    assert "  Train for 200 steps: --set training.max_steps=200\n" in printed
