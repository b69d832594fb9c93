"""Runs as directories and processes. No torch here but in the worker.

The life of a run: `RunManager.submit` makes its folder, queued; `QueueServer` starts it as soon as a slot is free and watches
its process; the worker trains it, its `Reporter` says how it is; `read_status` tells everybody what that means. It ends by
itself, by the flag `stop`, or is given up as lost. A resume is its next attempt, continue a new run from its checkpoint.

One run (any folder):
    folders    made whole, read, asked to stop, deleted      record     `manager.json`; the note of a run that is gone
    status     all files and the time to what a screen shows reporter   what the process that trains says and hears
    worker     the process around a training                 reopening  whether and how a run goes on
    takeaway   a run as one zip                              starters   the read-only runs that ship
    moments    of a training whose weights are kept to be looked at
    travelling to a cluster that shares no folder, and back
    corrections  what a network is corrected with            drafts     the list of it that a visitor keeps
    remaining  how far it is, how long it still takes (pure)
Many runs:
    store      runs by their ids, whose they are             manager    what may be asked: submit, stop, resume, delete
    queue      whose turn it is, who may wait (pure)         places     who waits and holds a slot, in memory
    serving    the tick: start, watch, end                   watch      one run in its slot, patience with its process
    backends   where they are carried out (all of pids)      changes    which runs may have changed
    retention  room on the disk                              identity   hashes of visitors and addresses
Underneath: files (whole files, JSON lines, locks), clock (time that nobody can set), events (one line of log each).

Who writes what of a run's folder:
    experiment.yaml                        folders, once
    manager.json, stop                     record, folders: a manager, the shell, the worker when it claims its run
    status.json, metrics.jsonl             reporter, while the attempt is the current one
    corrections.json, start.*              corrections, once, of a run that learns from corrections
    log.txt                                backends, worker
    moment_*.safetensors                   core.training.moments
    best.safetensors, *.pt, result.json, details.json, backtest.json, judged.json, changes.json, tokenizer.json,
    scaler.json                            core.training.run
"""
