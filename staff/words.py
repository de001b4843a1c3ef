"""The words of one-time passphrases: 256 short, common, calm ones that are easy to read aloud.

Exactly 256 different words, so that each adds eight bits.
"""

from typing import Final

_PAGE: Final = """
acorn almond amber anchor apple apron arch arrow aspen autumn baker bamboo
banjo barley barn basil basket beach bell berry birch blanket blossom boat
bonnet book bottle bowl branch bread breeze brick bridge brook broom brush
bucket button cabin cactus camel canal candle canoe canvas carpet carrot castle
cedar cello chalk cherry chimney cider circle cliff clock cloud clover coast
cobalt coffee comet copper coral corner cotton cradle crane cricket crystal cup
curtain daisy dawn deer delta desk dew dolphin door dove drum dune
eagle earth easel echo elbow elm ember engine evening falcon farm feather
fence fern ferry fiddle field fig finch fjord flag flax flint flower
flute forest fountain fox garden garlic gate ginger glacier glass glove goose
grain granite grape grass grove guitar hammock harbor harp hazel heron hill
honey horizon house iris island ivory ivy jacket jasmine jungle juniper kettle
kitchen kite koala ladder lagoon lake lamp lantern lark laurel lavender lemon
lilac lily linen lotus lunch magnet mango maple marble market meadow melon
mill mint mirror mitten moon morning moss mountain muffin museum napkin needle
nest nutmeg oak oasis oat ocean olive onion orange orchard orchid otter
oven owl paddle palm panda paper parrot path peach pear pebble pencil
penguin pepper piano picnic pigeon pillow pine planet plate plum pocket poem
pond poplar poppy porch potato pottery puffin pumpkin quartz quilt rabbit radio
rain raisin reed ribbon rice river robin rocket roof rosemary saddle saffron
sail salmon sand scarf seal shell sparrow spoon spring stone summer swan
table thyme tulip valley
"""

WORDS: Final[tuple[str, ...]] = tuple(_PAGE.split())
