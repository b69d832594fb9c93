"""Sweeps: many set-ups of one task tried one after another or side by side, each an ordinary run in the queue.

A sweep is a folder beside the runs, `.sweeps/<32 hex>/`. Optuna proposes set-ups and says which trials go on; it is imported
when a sweep is asked for and not before (study.py alone names it).

    space      which fields may be tried, and what is drawn of them (pure)
    rungs      after how many steps trials are compared (pure)
    folder     what a sweep is asked for and how far it is, on disk
    study      Optuna: proposals, comparisons at rungs, the journal
    driver     one tick: what ended is told, what is free is filled; then the winner over seeds beside the start
    queued     its runs in the queue of a manager, with its owner, limits and turns
    serving    the server's thread that drives all sweeps of a folder, and clears them away
    outcome    what came of it: trials, and whether the winner is better by more than chance
"""
