"""The garments seen from behind, derived from their fronts."""

import re

from catalog.garments.notation import Layer, table
from catalog.garments.shapes import FRONTS

# What only the back has, drawn after the layers it shares with the front.
BACKS = table("""
# tee: neck rib, yoke
K M156 92Q200 108 244 92L248 102Q200 119 152 102Z
s M127 145Q200 173 273 145
# breton: neck rib
K M143 99Q200 112 257 99L261 108Q200 123 139 108Z
# shirt: yoke, box pleat, collar band
s M122 147Q200 175 278 147
s M194 161V423M206 161V423
s M194 161H206
B M160 86Q200 75 240 86L247 100Q200 89 153 100Z
# polo: yoke, collar band
s M127 150Q200 178 273 150
B M163 91Q200 82 237 91L244 105Q200 97 156 105Z
# jumper: neck rib, yoke
K M151 96Q200 108 249 96L253 106Q200 119 147 106Z
s M121 149Q200 177 279 149
# cardigan: neck rib, yoke
K M157 92Q200 102 243 92L247 102Q200 113 153 102Z
s M123 147Q200 175 277 147
# hoodie: yoke, hood, its centre seam and its edge
s M124 163Q200 205 276 163
B² M139 118C132 88 159 68 200.5 68V163C170 159 148 140 139 118Z
s M200 69V163
t² M146 121C154 138 172 151 200 155
# chore: yoke, centre seam, collar band
s M119 153Q200 181 281 153
s M200 167V413
t M119 159Q200 187 281 159
B M158 93Q200 85 242 93L249 107Q200 99 151 107Z
# coat: yoke, centre seam, half belt, its buttons, vent, collar band
s M123 121Q200 149 277 121
s M200 135V450
B M149 232H251V250H149Z
b 160 241,240 241
t M206 352V446
B M161 60Q200 50 239 60L246 76Q200 67 154 76Z
# jeans: seat seam and its stitching, pockets, yoke and arcs on the pockets, middle loop, patch
s M200 72V178
T M203 106V174
B² M137 118H181V159L159 171L137 159Z
T² M127 80L200 106M137 124H181M139 144Q149 137 159 145Q169 137 179 144
B M196 48H204V76H196Z
lab M222 50H249V70H222Z
# chinos: yoke, seat seam, pockets, their hems
s² M129 80L200 104
s M200 72V178
B² M138 116H181V154L160 164L138 154Z
t² M138 123H181
B M196 48H204V76H196Z
# shorts: yoke, seat seam, pockets, their hems
s² M107 150L200 172
s M200 137V274
B² M113 186H167V232L140 244L113 232Z
t² M113 194H167
# skirt: zip
t M206 104V190H200
# dress: neck facing, yoke, zip
s M153 67Q200 79 247 67
s M129 109Q200 137 271 109
s M200 76V204
""")

ALWAYS_KEPT = frozenset({"S", "H", "f", "stripe"})
KEPT_IF_MIRRORED = frozenset({"B", "t", "rib"})
NECK = re.compile(r"M(?P<x>\d+) (?P<y>\d+)Q200 (?P<control>\d+) ")


def back_layers(garment: str) -> tuple[Layer, ...]:
    """The layers of the back view: what shows from both sides, the neck closed, then its own."""
    front = FRONTS[garment]
    shared = (_with_closed_neck(layer, front[0]) for layer in front if _shows_behind(layer))
    return (*shared, *BACKS.get(garment, ()))


def _shows_behind(layer: Layer) -> bool:
    if layer.on_back is not None:
        return layer.on_back
    return layer.code in ALWAYS_KEPT or (layer.is_mirrored and layer.code in KEPT_IF_MIRRORED)


def _with_closed_neck(layer: Layer, inside: Layer) -> Layer:
    """The body piece ends in the front neckline; behind it follows the top curve of the inside."""
    neck = NECK.match(inside.path)
    if neck is None or layer.code != "B" or not layer.path.startswith(f"M{neck['x']} {neck['y']}C"):
        return layer
    start_x, start_y, control = int(neck["x"]), int(neck["y"]), int(neck["control"])
    lowest = (start_y + control) // 2
    curve = f"V{lowest}Q{(start_x + 200) // 2} {lowest} {start_x} {start_y}Z"
    path = re.sub(r"(?:200\.5|193) (\d+)V[^V]*Z$", rf"200.5 \1{curve}", layer.path)
    return Layer(layer.code, path, layer.is_mirrored)
