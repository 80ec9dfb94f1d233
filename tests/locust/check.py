"""Looks at what a swarm left behind; ends with 1 where it is not as it must be.

    check.py sum MASTER_CSV MERGED PART PART      the master's figures, and the sum of the parts
    check.py survivor MASTER_CSV PART             what the worker that was not killed measured
    check.py page STATISTICS PART                 what the master's web page says, and what the worker measured
    check.py wrong MASTER_CSV PART                wrong answers, and what the master was told of them
    check.py back MASTER_CSV BEFORE AFTER         a worker whose master vanished and came back
"""

import base64
import csv
import json
import struct
import sys


def load(path):
    with open(path) as file:
        return json.load(file)


def aggregated(path):
    with open(path, newline="") as file:
        return next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")


def counts(text):
    """The counts of an HdrHistogram V2 by their places: zig-zag numbers, of which negative ones are runs of zeros."""
    data = base64.b64decode(text, validate=True)
    cookie, length = struct.unpack_from(">II", data)
    assert cookie == 0x1C849303 | 0x10 and length == len(data) - 40, "it is no histogram"
    at, place, found = 40, 0, {}
    while at < len(data):
        number = 0
        for index in range(9):
            byte = data[at]
            at += 1
            if index == 8:
                number |= byte << 56
                break
            number |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                break
        number = (number >> 1) ^ -(number & 1)
        if number < 0:
            place -= number
        else:
            if number:
                found[place] = number
            place += 1
    return found


def expect(what, holds):
    print(f"{'ok  ' if holds else 'NOT '} {what}")
    if not holds:
        sys.exit(1)


def all_requests(run):
    return [run["all"], *run["requests"]]


def check_sum(master_csv, merged, *parts):
    master, merged = aggregated(master_csv), load(merged)
    parts = [load(part) for part in parts]
    total = sum(part["all"]["count"] for part in parts)
    told = int(master["Request Count"])
    print(f"     requests: {' + '.join(str(p['all']['count']) for p in parts)} = {total}; the master was told of {told}")
    expect("every part measured something", all(part["all"]["count"] > 0 for part in parts))
    # The master waits half a second for the last reports and takes no later ones.
    expect("the master was told of the requests", 0.9 * total < told <= total)
    expect("no request failed", int(master["Failure Count"]) == 0)
    expect("the merged count is the sum", merged["all"]["count"] == total)
    rates = [part["all"]["rate_per_s"] for part in parts]
    rate = merged["all"]["rate_per_s"]
    print(f"     per second: {' + '.join(f'{r:.1f}' for r in rates)} = {sum(rates):.1f}; merged {rate:.1f}")
    expect("the merged rate is the sum", abs(rate - sum(rates)) < 1e-6 * rate)
    for key in ["latency_histogram", "service_histogram"]:
        for index, whole in enumerate(all_requests(merged)):
            added = {}
            for part in parts:
                for place, count in counts(all_requests(part)[index][key]).items():
                    added[place] = added.get(place, 0) + count
            whole_counts = counts(whole[key])
            expect(
                f"{whole['name']}: {key} is the sum of those of the parts in each of {len(added)} places",
                whole_counts == added and sum(added.values()) == whole["count"],
            )
    p99 = [part["all"]["latency_ms"]["p99"] for part in parts]
    print(f"     p99: {', '.join(f'{ms:.2f}' for ms in p99)} ms; merged {merged['all']['latency_ms']['p99']:.2f} ms")


def check_survivor(master_csv, part):
    master, part = aggregated(master_csv), load(part)
    expect("no request failed", int(master["Failure Count"]) == 0)
    told = int(master["Request Count"])
    print(f"     the master was told of {told} requests, {part['all']['count']} of them by the one that was left")
    expect("both workers were at work", told > part["all"]["count"] > 0)
    expect("the one that was left took over all 8 users", part["workload"]["users"] == 8)
    expect("it was not interrupted", part["interrupted"] is False)


def check_page(statistics, part):
    statistics, part = load(statistics), load(part)
    total = next(row for row in statistics["stats"] if row["name"] == "Aggregated")
    print(f"     the page says {total['num_requests']} requests, {part['all']['count']} were measured")
    expect("every request is on the page", total["num_requests"] == part["all"]["count"] > 0)
    expect("no request failed", total["num_failures"] == 0)
    expect("it was not interrupted", part["interrupted"] is False)


def check_wrong(failures_csv, part):
    part = load(part)
    with open(failures_csv, newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        print(f"     {row['Method']} {row['Name']}: {row['Error']}: {row['Occurrences']}")
    expect("there is one kind of error", len(rows) == 1 and "token_type" in rows[0]["Error"])
    told, count = int(rows[0]["Occurrences"]), part["all"]["errors"]["token_type"]
    expect("the master was told of them", 0.9 * count < told <= count)
    expect("every answer was wrong", count == part["all"]["count"] and part["incidents"][0]["wrong"])


def check_back(master_csv, before, after):
    before, after = load(before), load(after)
    expect("the first swarm was stopped", "master vanished" in before["stopped"])
    expect("the second one was not", after["interrupted"] is False)
    told = int(aggregated(master_csv)["Request Count"])
    print(f"     the new master was told of {told} requests of {after['all']['count']}")
    expect("the new master heard of it", 0.9 * after["all"]["count"] < told <= after["all"]["count"])


CHECKS = {"sum": check_sum, "survivor": check_survivor, "page": check_page}
CHECKS |= {"wrong": check_wrong, "back": check_back}
CHECKS[sys.argv[1]](*sys.argv[2:])
