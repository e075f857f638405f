"""The live room: the doorbell, the hub, the followers of feeds."""
