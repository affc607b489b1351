#include "measure/ring_layout.h"

static uint64_t round_up(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

struct ring_layout sj_ring_layout(uint32_t slots, uint64_t slot_bytes, uint32_t members, bool huge_pages) {
  struct ring_layout layout = {.entry_count = 1, .bit_words = (slots + 63) / 64};
  while (layout.entry_count < slots) layout.entry_count *= 2;
  layout.owners = round_up(sizeof(struct ring_header), RING_LINE);
  layout.entries = layout.owners + (uint64_t)members * sizeof(struct ring_owner);
  layout.free_bits = round_up(layout.entries + layout.entry_count * sizeof(uint64_t), RING_LINE);
  layout.slots = round_up(layout.free_bits + layout.bit_words * sizeof(uint64_t), RING_LINE);
  layout.payloads = round_up(layout.slots + (uint64_t)slots * sizeof(struct ring_slot), RING_PAGE);
  layout.stride = round_up(slot_bytes, slot_bytes >= RING_PAGE ? RING_PAGE : RING_LINE);
  layout.total = round_up(layout.payloads + slots * layout.stride, huge_pages ? RING_HUGE_PAGE : RING_PAGE);
  return layout;
}

void sj_ring_locate(struct sj_ring *ring, void *mapping, const struct ring_layout *layout) {
  char *base = mapping;
  ring->header = mapping;
  ring->layout = *layout;
  ring->owners = (struct ring_owner *)(void *)(base + layout->owners);
  ring->entries = (_Atomic uint64_t *)(void *)(base + layout->entries);
  ring->free_bits = (_Atomic uint64_t *)(void *)(base + layout->free_bits);
  ring->slots = (struct ring_slot *)(void *)(base + layout->slots);
  ring->payloads = base + layout->payloads;
  ring->slot_count = ring->header->slots;
  ring->member_count = ring->header->members;
  ring->slot_bytes = ring->header->slot_bytes;
  ring->order = (enum sj_ring_order)ring->header->order;
  ring->hand_on = ring->header->hand_on != 0;
  ring->entry_shift = (uint32_t)__builtin_ctz(layout->entry_count);
}
