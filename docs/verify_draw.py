"""Draw again what a draw (双随机) drew: python3 verify_draw.py FILE. Needs nothing but Python."""

import hmac
import json
import sys
from hashlib import sha256 as sha


def plain(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def again(file):
    frozen, nonce, drawn = file["snapshot"], bytes.fromhex(file["nonce"]), []
    draw_id, frozen_hash = bytes.fromhex(frozen["draw_id"].replace("-", "")), sha(plain(frozen))
    seed = sha(draw_id + frozen_hash.digest() + nonce).digest()
    rank = lambda text: (hmac.digest(seed, text.encode(), "sha256"), text)
    bars = {code: barred for code, _, _, barred, _ in file["drawn"]}
    load, each = {who: taken for who, taken, _ in frozen["officers"]}, frozen["officers_each"]
    for kind in [kind for kind in ("key", "special", "general") if kind in frozen["shares"]]:
        mode = {code: how for code, of, how in frozen["pool"] if of == kind}
        top, bottom, floor = frozen["shares"][kind]
        n = min(len(mode), max(-(-top * len(mode) // bottom), floor))
        for code in sorted(mode, key=rank)[:n]:
            free = load.keys() - bars.get(code, {})
            free = sorted(free, key=lambda who: (load[who], rank(f"{code}/{who}")))
            team = free[:each] if len(free) >= each else []
            load.update({who: load[who] + 1 for who in team})
            drawn.append([code, kind, mode[code], bars.get(code, {}), team])
    hashes = {"nonce": sha(nonce), "snapshot": frozen_hash, "result": sha(plain(drawn))}
    told = {f"{name}_hash": made.hexdigest() for name, made in hashes.items()}
    told["format"] = "liandong-draw-1"
    return told | {"nonce": nonce.hex(), "seed": seed.hex(), "snapshot": frozen, "drawn": drawn}


whole = again(json.loads(content := open(sys.argv[1], "rb").read()))
print(*(f"{name} {whole[name]}" for name in whole if name.endswith("_hash")), sep="\n")
sys.exit("no: this is not what was drawn" if plain(whole) != content else print("yes"))
