"""Which law do runs follow, and which α and β does a kernel have, with intervals that can be trusted?"""
