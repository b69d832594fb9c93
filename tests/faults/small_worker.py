"""A training process that trains nothing and costs nothing: what it does is the name of its run.

`quick` succeeds at once, `hold` waits to be stopped, `still` beats without a step, `mute` says nothing, `yesterday` and
`tomorrow` have a wall clock that is an hour off, `real` becomes the real worker. Imports nothing of ours, to start fast.
"""

import json
import os
import sys
import time

OFF = {"yesterday": -3600.0, "tomorrow": 3600.0}
directory = sys.argv[1]
root, run_id = os.path.split(directory)
with open(f"{directory}/manager.json", encoding="utf-8") as stream:
    record = json.load(stream)
mode = record["name"]
with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
    boot = stream.read().strip()
journal = os.open(f"{root}/journal.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
os.write(journal, f"start {run_id} {os.getpid()}\n".encode())


def say(state, step):
    status = {
        "state": state, "step": step, "total_steps": 3, "best": None, "device": "cpu", "error": None,
        "seconds": 0.1 * step, "heartbeat": time.time() + OFF.get(mode, 0.0), "uptime": time.monotonic(), "boot": boot,
        "attempt": record["attempt"],
    }  # fmt: skip
    with open(f"{directory}/.said", "w", encoding="utf-8") as stream:
        json.dump(status, stream)
    os.replace(f"{directory}/.said", f"{directory}/status.json")


if mode == "real":
    os.execv(sys.executable, [sys.executable, "-m", "core.jobs.worker", directory])
while mode == "mute":
    time.sleep(0.05)
step = 0
while not os.path.exists(f"{directory}/stop") and (mode in ("hold", "still") or step < 3):
    step += mode != "still"
    say("running", step)
    time.sleep(0.3 if mode in OFF else 0.02)
say("stopped" if os.path.exists(f"{directory}/stop") else "succeeded", step)
os.write(journal, f"end {run_id} {os.getpid()}\n".encode())
