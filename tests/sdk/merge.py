"""Writes the recordings of several versions of the SDK into one file: merge.py TO FROM..."""

import json
import sys

recordings = []
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as recording:
        recordings.append(json.load(recording))
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(recordings, out, indent="\t", ensure_ascii=False)
    out.write("\n")
