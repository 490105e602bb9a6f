#!/usr/bin/env python3
"""Runs the evals of GradBench with this tool and, input by input, with the suite's tool 'manual', and prints a table of medians.

    python3 bench/gradbench/duel.py SUITE [--tool PATH] [--rounds N] [--seconds S] [EVAL [OPTION...] [, EVAL [OPTION...]]...]

SUITE is a clone of the suite, set up as its CONTRIBUTING.md says, with 'make -C tools/manual all' done. Without evals, all twelve are run with the
sizes of the table in docs/explanation/benchmarks.md. The suite's own checks say whether what this tool computes is valid. Both tools have one thread.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

SIZES = """hello, llsq -n 16 256 16392 -m 128, lse -n 2500 160000, det -l 7, ode -n 100 1000 -s 10, kmeans -k 100 -n 1000 -d 16, kmeans -k 1000 -n 10000 -d 16,
gmm -d 10 -k 25 -n 1000, gmm -d 64 -k 100 -n 1000, ba --max 1, ht --max 1 --model small --variant simple, lstm -l 2 -c 128 1024, saddle, particle"""

MOST_TIMINGS = 50_000


def options(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    chosen = {"--tool": os.path.join(here, "bin/Release/net10.0/PSAutodiff.GradBench"), "--rounds": "3", "--seconds": "0.3"}
    suite, rest = arguments[0], arguments[1:]
    while rest and rest[0] in chosen:
        chosen[rest[0]], rest = rest[1], rest[2:]
    return suite, chosen["--tool"], int(chosen["--rounds"]), float(chosen["--seconds"]), " ".join(rest) or SIZES


def timings(response, name):
    return [t["nanoseconds"] / 1e3 for t in response.get("timings") or [] if t["name"] == name]


def with_times(given, seconds):
    return given | {"min_runs": 1, "min_seconds": seconds} if isinstance(given, dict) else given


def by_hand(suite, module, function, given, seconds):
    """The times of the suite's tool on the same input, in microseconds."""
    program = os.path.join(suite, "tools/manual/bin", module)
    if not os.path.exists(program):
        return []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(with_times(given, seconds), file)
        file.flush()
        lines = subprocess.run([program, file.name, function], capture_output=True, text=True).stdout.splitlines()
    return timings({"timings": [json.loads(line) for line in lines[1:]]}, "evaluate")


def time(micros):
    return f"{micros / 1e3:.3g} ms" if micros >= 1e3 else f"{micros:.3g} us"


def run(suite, tool, rounds, seconds, name, sizes):
    path = os.pathsep.join([os.path.join(suite, "python/gradbench"), os.environ.get("PYTHONPATH", "")])
    limits = [] if name in ("hello", "saddle", "particle") else ["--min-runs", "1", "--min-seconds", "0"]
    driver = subprocess.Popen([sys.executable, "-m", f"gradbench.evals.{name}.run", *sizes, *limits], cwd=suite, env=os.environ | {"PYTHONPATH": path},
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ours = subprocess.Popen([tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"DOTNET_PROCESSOR_COUNT": "1"})

    def ask(message):
        ours.stdin.write(json.dumps(message) + "\n")
        ours.stdin.flush()
        return json.loads(ours.stdout.readline())

    rows = {}
    for line in driver.stdout:
        message = json.loads(line)
        if message["kind"] == "end":
            break
        response = ask(message) if message["kind"] in ("start", "define", "evaluate") else {"id": message["id"]}
        if message["kind"] == "evaluate":
            of, function = message["input"], message["function"]
            row = rows[message["id"]] = {"what": f"`{name}`, {function}, {message.get('description', '')}".rstrip(", "), "prepare": timings(response, "prepare"), "ours": [], "theirs": []}
            # No more timings of one run than are needed for a median.
            shortest = min(timings(ask(dict(message, input=with_times(of, 0.002))), "evaluate"), default=1e6) / 1e6
            enough = min(seconds, max(0.001, MOST_TIMINGS * shortest))
            timed = dict(message, input=with_times(of, enough))
            for turn in range(rounds):
                again = ask(timed)
                row["prepare"] += timings(again, "prepare")
                found = timings(again, "evaluate")
                row["ours"] += found[len(found) // 4:] if turn == 0 else found
                row["theirs"] += by_hand(suite, name, function, of, enough)
        if message["kind"] == "analysis":
            rows[message["of"]]["valid"] = message["valid"]
        driver.stdin.write(json.dumps(response) + "\n")
        driver.stdin.flush()
    ours.stdin.close()
    for row in rows.values():
        mine = statistics.median(row["ours"])
        theirs = statistics.median(row["theirs"]) if row["theirs"] else None
        against = f"{time(theirs)} | {mine / theirs:.2f}" if theirs else " | "
        print(f"| {row['what']} | {time(mine)} | {against} | {time(row['prepare'][0])} | {time(min(row['prepare']))} | {'yes' if row.get('valid') else 'NO'} |", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    suite, tool, rounds, seconds, evals = options(sys.argv[1:])
    print("| what | engine | C++ | ratio | prepared first | again | valid |\n|---|---:|---:|---:|---:|---:|---|", flush=True)
    for one in evals.split(","):
        name, *sizes = one.split()
        run(os.path.abspath(suite), tool, rounds, seconds, name, sizes)


main()
