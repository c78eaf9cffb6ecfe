/** The listing and packing logic of MXNet's im2rec.py, without its image decoding: what `--list` and `--pass-through` do. */
export const listing = `
import os
from measure import measure
folder = os.environ["BENCH_DIR"]
root = folder + "/tree"
endings = {".jpeg", ".jpg", ".png"}

def images():
    number = 0
    classes = {}
    for path, folders, files in os.walk(root, followlinks=True):
        folders.sort()
        files.sort()
        for name in files:
            full = os.path.join(path, name)
            if os.path.isfile(full) and os.path.splitext(name)[1].lower() in endings:
                if path not in classes:
                    classes[path] = len(classes)
                yield number, os.path.relpath(full, root), classes[path]
                number += 1

with measure():
    with open(folder + "/python.lst", "w") as out:
        for number, name, label in images():
            line = "%d\\t" % number
            line += "%f\\t" % label
            line += "%s\\n" % name
            out.write(line)
`;

const layout = `
import os, struct
from measure import measure
folder = os.environ["BENCH_DIR"]
MAGIC = 0xCED7230A
magic = struct.pack("<I", MAGIC)
`;

export const packing = `${layout}
root = folder + "/tree"

def lines():
    with open(folder + "/list.lst") as list:
        for line in list:
            fields = [field.strip() for field in line.strip().split("\\t")]
            yield [int(fields[0])] + [fields[-1]] + [float(label) for label in fields[1:-1]]

def parts(payload):
    start = 0
    at = payload.find(magic)
    while at >= 0:
        if at % 4 == 0:
            yield payload[start:at]
            start = at + 4
            at = payload.find(magic, start)
        else:
            at = payload.find(magic, at + 1)
    yield payload[start:]

with measure():
    with open(folder + "/python.rec", "wb") as rec, open(folder + "/python.idx", "w") as idx:
        for item in lines():
            with open(os.path.join(root, item[1]), "rb") as file:
                image = file.read()
            payload = struct.pack("<IfQQ", 0, item[2], item[0], 0) + image
            idx.write("%s\\t%d\\n" % (item[0], rec.tell()))
            cut = list(parts(payload))
            for number, part in enumerate(cut):
                kind = 0 if len(cut) == 1 else 1 if number == 0 else 3 if number == len(cut) - 1 else 2
                rec.write(struct.pack("<II", MAGIC, kind << 29 | len(part)))
                rec.write(part)
                rec.write(b"\\0" * (-len(part) % 4))
`;

export const unpacking = `${layout}
def payloads(file):
    parts = []
    while True:
        head = file.read(8)
        if not head:
            return
        found, length = struct.unpack("<II", head)
        if found != MAGIC:
            raise ValueError("no record")
        kind, length = length >> 29, length & 0x1FFFFFFF
        payload = file.read(length)
        file.read(-length % 4)
        if kind == 0:
            yield payload
        else:
            parts.append(payload)
            if kind == 3:
                yield magic.join(parts)
                parts = []

with measure():
    size = 0
    with open(folder + "/list.rec", "rb") as file:
        for payload in payloads(file):
            flag, label, id, id2 = struct.unpack_from("<IfQQ", payload)
            if flag > 0:
                label = struct.unpack_from("<%df" % flag, payload, 24)
            size += len(payload[24 + 4 * flag:])
`;
