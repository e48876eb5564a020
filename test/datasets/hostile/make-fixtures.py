"""Makes fixtures.json: files that only other programs write. Needs pyarrow and zstandard.

    python make-fixtures.py > fixtures.json

The expected values stand in the tests; made with pyarrow 26.0.1 and zstandard 0.25.0.
"""
import base64
import datetime
import io
import json
import struct
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard


def parquet(table, **options):
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def one(x, **options):
    """A file with a column x and a good target y."""
    return parquet(pa.table({"x": x, "y": [0, 1]}), **options)


good = one([1, 2])
footer = struct.unpack("<I", good[-8:-4])[0]
bad_footer = good[: -8 - footer] + b"\xff" * footer + good[-8:]
long_footer = good[:-8] + struct.pack("<I", 0x7FFFFFFF) + good[-4:]
thousand = pa.table({"x": list(range(1000)), "y": [i % 2 for i in range(1000)]})
bad_page = bytearray(parquet(thousand, compression="snappy", use_dictionary=False))
bad_page[40:400] = b"\xaa" * 360
days = [datetime.datetime(2001, 1, 1), datetime.datetime(2001, 1, 2)]
pages = "x,y\n" + "".join(f"{i * 7919 % 10007},{i % 2}\n" for i in range(2000))
zstd = zstandard.ZstdCompressor().compress

FILES = {
    "good": good,
    "bad-footer": bad_footer,
    "long-footer": long_footer,
    "bad-page": bytes(bad_page),
    "no-row-groups": parquet(pa.table({"x": pa.array([], pa.int64()), "y": pa.array([], pa.int64())})),
    "struct": parquet(pa.table({"s": [{"a": 1}, {"a": 2}], "x": [1, 2], "y": [0, 1]})),
    "list": one([[1], [2]]),
    "binary": parquet(pa.table({"b": pa.array([b"\xff\x00", b"a"], pa.binary()), "x": [1, 2], "y": [0, 1]})),
    "time": parquet(pa.table({"t": pa.array([1, 2], pa.time64("us")), "x": [1, 2], "y": [0, 1]})),
    "int96": one(pa.array(days, pa.timestamp("ns")), use_deprecated_int96_timestamps=True),
    "nanoseconds": one(pa.array([978307200123456789, 978307200000000000], pa.timestamp("ns"))),
    "decimal": one(pa.array([Decimal("1234567890123456789012345678.91"), Decimal("1.50")], pa.decimal128(38, 2))),
    "uint64": one(pa.array([2**63, 1], pa.uint64())),
    "dictionary": one(pa.array(["a", "b"]).dictionary_encode()),
    "null": one(pa.nulls(2)),
    "pandas-index": parquet(pa.table({"x": [1, 2], "y": [0, 1], "__index_level_0__": [7, 9]})),
    "twice": parquet(pa.Table.from_arrays([pa.array([1, 2]), pa.array([3, 4]), pa.array([0, 1])], ["x", "x", "y"])),
    "double": one([1.5, 2.5]),
    "text": one(["a", "b"]),
    "zstd-2000": zstd(pages.encode()),
    "zstd-good": zstd(b"x,y\n1,0\n2,1\n"),
}
print(json.dumps({name: base64.b64encode(bytes_).decode() for name, bytes_ in FILES.items()}, indent=2))
