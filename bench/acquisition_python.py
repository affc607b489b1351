#!/usr/bin/env python3
"""Usage: bench/acquisition_python.py [--transport shm|ipc] [--producers 3] [--payload 500000] [--duration 10]
                                    [--payload-source constant|random|copy] [--queue 8] [--sum written|known]

What `sojourn measure` does, written in Python with numpy, pyzmq and shared memory, as one would write it there:

  producers  processes; each writes tables of two columns (timestamp, value) in place, into slots of shared memory of
             its own, and sends a handle of 40 bytes; it goes on when a slot is free
  broker     a process: XSUB and XPUB, zmq.proxy (in C)
  store      a process: reads every byte where it lies (the sum of all 64-bit words), compares the sum with the
             handle's, and gives the slot back. The handle's sum is of what the producer wrote (it reads its slot
             again), as in sojourn; with --sum known a producer that writes constants or copies works it out from
             what it meant to write, which is faster and notices less

Over ipc the payload itself goes through the broker, without a copy by Python. Nothing is dropped: sockets block at
their high-water marks. Prints one JSON document; its metrics are those of `sojourn measure --json` by name and
definition: latency from the start of generation to the end of reading, on one monotonic clock; the average
throughput without the first second; the peak over whole seconds of the store's clock.
"""
import argparse
import collections
import json
import multiprocessing
import os
import struct
import sys
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np
import zmq

HANDLE = struct.Struct("<IIQQQQ")  # producer, slot, sequence, start of generation (ns), sum, slots in use
END = 0xFFFFFFFF  # as a slot: the producer has sent `sequence` messages and sends no more
WORD = 2 ** 64


class Payload:
    """Makes one producer's messages. Sums are modulo 2^64."""

    def __init__(self, options, producer):
        self.source, self.rows = options.payload_source, options.payload
        self.known = options.sum == "known" and self.source != "random"
        rows = self.rows
        self.random = np.random.default_rng([1, producer])
        self.values = self.random.random(rows) if self.source == "copy" else np.full(rows, 0.5)
        self.values_sum = self.sum(self.values)

    @staticmethod
    def sum(values):
        return int(np.add.reduce(values.view(np.uint64)))

    def write(self, timestamps, values):
        """Fills both columns; the sum of all words."""
        now = time.time_ns()
        timestamps.fill(now)
        if self.source == "constant":
            values.fill(0.5)
        elif self.source == "copy":
            values[:] = self.values
        else:
            self.random.random(out=values)
        if self.known:
            return (now * self.rows + self.values_sum) % WORD
        return (self.sum(timestamps) + self.sum(values)) % WORD


def columns(buffer, rows, offset=0):
    return (np.ndarray(rows, np.int64, buffer, offset), np.ndarray(rows, np.float64, buffer, offset + 8 * rows))


def broker(address, ready):
    context = zmq.Context()
    front, back = context.socket(zmq.XSUB), context.socket(zmq.XPUB)
    for socket in (front, back):
        socket.sndhwm = socket.rcvhwm = 64
    back.setsockopt(zmq.XPUB_NODROP, 1)
    front.bind(address["front"])
    back.bind(address["back"])
    ready.set()
    zmq.proxy(front, back)


def connect(context, address, options):
    """A producer's publishing end, once the store's subscription has come through the broker."""
    socket = context.socket(zmq.XPUB)
    socket.setsockopt(zmq.XPUB_NODROP, 1)
    socket.sndhwm = options.queue
    socket.connect(address["front"])
    socket.recv()
    return socket


class Slots:
    """A producer's slots of shared memory, and which are free."""

    def __init__(self, segment, options, context, address):
        size = 16 * options.payload
        self.columns = [columns(segment.buf, options.payload, size * i) for i in range(options.queue)]
        self.free = collections.deque(range(options.queue))
        self.returned = context.socket(zmq.PULL)
        self.returned.bind(address)

    def take(self):
        """A free slot; waits until there is one."""
        flags = zmq.NOBLOCK
        while True:
            try:
                while True:
                    self.free.extend(self.returned.recv(flags))
                    flags = zmq.NOBLOCK
            except zmq.Again:
                if self.free:
                    return self.free.popleft()
                flags = 0

    def in_use(self):
        return len(self.columns) - len(self.free)


def producer(number, options, address, segment, start, results):
    context = zmq.Context()
    payload = Payload(options, number)
    slots = Slots(segment, options, context, address["returned"][number]) if segment else None
    socket = connect(context, address, options)
    start.wait()
    end_ns = time.monotonic_ns() + int(options.duration * 1e9)
    cpu, sequence = time.process_time(), 0
    while time.monotonic_ns() < end_ns:
        if slots:
            slot = slots.take()
            began = time.monotonic_ns()
            total = payload.write(*slots.columns[slot])
            socket.send(HANDLE.pack(number, slot, sequence, began, total, slots.in_use()))
        else:
            began = time.monotonic_ns()
            buffer = bytearray(16 * options.payload)
            total = payload.write(*columns(buffer, options.payload))
            socket.send_multipart([HANDLE.pack(number, 0, sequence, began, total, 0), buffer], copy=False)
        sequence += 1
    socket.send(HANDLE.pack(number, END, sequence, 0, 0, 0))
    results.put(("producer", number, time.process_time() - cpu))
    context.destroy(linger=-1)


class Store:
    """Receives, reads, verifies and counts."""

    def __init__(self, options, segments, address):
        self.options = options
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.rcvhwm = options.queue * options.producers
        self.socket.connect(address["back"])
        self.socket.subscribe(b"")
        self.returned = []
        for returned in address["returned"]:
            socket = self.context.socket(zmq.PUSH)
            socket.connect(returned)
            self.returned.append(socket)
        words = 2 * options.payload
        self.words = [[np.ndarray(words, np.uint64, segment.buf, 8 * words * slot) for slot in range(options.queue)]
                      for segment in segments]
        self.latency, self.done, self.queue = [], [], []
        self.expected = [0] * options.producers
        self.in_use = [0] * options.producers
        self.lost = self.duplicated = self.corrupt = self.sent = self.bus_bytes = 0

    def message(self, frames):
        """Takes one message; true where it is a producer's last."""
        handle = frames[0].bytes
        number, slot, sequence, began, total, in_use = HANDLE.unpack(handle)
        self.bus_bytes += sum(len(frame) for frame in frames)
        if slot == END:
            self.sent += sequence
            self.lost += sequence - self.expected[number]
            return True
        words = self.words[number][slot] if self.words else np.frombuffer(frames[1].buffer, np.uint64)
        right = int(np.add.reduce(words)) == total
        done = time.monotonic_ns()
        if self.words:
            self.returned[number].send(bytes([slot]))
        self.corrupt += not right
        self.duplicated += sequence < self.expected[number]
        self.lost += max(0, sequence - self.expected[number])
        self.expected[number] = sequence + 1
        self.in_use[number] = in_use
        self.queue.append(sum(self.in_use))
        self.latency.append(done - began)
        self.done.append(done)
        return False

    def run(self, start):
        start.wait()
        cpu, began = time.process_time(), time.monotonic_ns()
        open_producers = self.options.producers
        while open_producers:
            open_producers -= self.message(self.socket.recv_multipart(copy=False))
        wall = (time.monotonic_ns() - began) / 1e9
        return self.metrics(began, wall), time.process_time() - cpu, wall

    def metrics(self, began, wall):
        done = (np.array(self.done) - began) / 1e9
        latency = np.array(self.latency) / 1e9
        size, whole = 16 * self.options.payload, int(self.options.duration)
        windows = np.bincount(done.astype(int), minlength=whole)[:whole]
        rest = windows[1:] if len(windows) > 1 else windows
        metrics = {"throughput.avg": float(rest.mean()) * size, "throughput.peak": float(windows.max()) * size,
                   "control.throughput": self.bus_bytes / wall, "messages.rate": len(done) / wall,
                   "queue.mean": float(np.mean(self.queue)), "queue.max": int(max(self.queue)),
                   "latency.max": float(latency.max())}
        for name, q in (("p50", 50), ("p95", 95), ("p99", 99), ("p99.9", 99.9)):
            metrics[f"latency.{name}"] = float(np.percentile(latency, q))
        metrics |= {"messages.sent": self.sent, "messages.received": len(done), "messages.lost": self.lost,
                    "messages.duplicated": self.duplicated, "messages.corrupt": self.corrupt, "messages.dropped": 0}
        return metrics


def store(options, address, segments, start, results):
    ours = Store(options, segments, address)
    results.put(("store", *ours.run(start)))
    ours.context.destroy(linger=0)


def broker_cpu(process):
    """Seconds that a process has used so far; zmq.proxy never returns to tell itself."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(options, folder, segments):
    """Starts the processes and waits for them; the metrics."""
    address = {name: f"ipc://{folder}/{name}" for name in ("front", "back")}
    address["returned"] = [f"ipc://{folder}/returned-{i}" for i in range(options.producers)] if segments else []
    context = multiprocessing.get_context("fork")
    broker_ready, results = context.Event(), context.Queue()
    start = context.Barrier(options.producers + 2)
    middle = context.Process(target=broker, args=(address, broker_ready), daemon=True)
    middle.start()
    broker_ready.wait()
    others = [context.Process(target=store, args=(options, address, segments, start, results), daemon=True)]
    others += [context.Process(target=producer, daemon=True,
                               args=(i, options, address, segments[i] if segments else None, start, results))
               for i in range(options.producers)]
    for process in others:
        process.start()
    start.wait()
    cpu = -broker_cpu(middle)
    found = [results.get(timeout=options.duration + 120) for _ in others]
    cpu += broker_cpu(middle)
    middle.terminate()
    metrics, store_cpu, wall = next(result[1:] for result in found if result[0] == "store")
    cpu += store_cpu + sum(result[2] for result in found if result[0] == "producer")
    return metrics | {"cpu.utilization": cpu / wall}, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("--transport", choices=("shm", "ipc"), default="shm")
    parser.add_argument("--producers", type=int, default=3)
    parser.add_argument("--payload", type=int, default=500000, help="rows of 16 bytes a message")
    parser.add_argument("--duration", type=float, default=10, help="seconds")
    parser.add_argument("--payload-source", choices=("constant", "random", "copy"), default="constant")
    parser.add_argument("--sum", choices=("written", "known"), default="written")
    parser.add_argument("--queue", type=int, default=8, help="slots a producer")
    options = parser.parse_args()
    size, segments = 16 * options.payload * options.queue, []
    try:
        if options.transport == "shm":
            for _ in range(options.producers):
                segments.append(shared_memory.SharedMemory(create=True, size=size))
        with tempfile.TemporaryDirectory(prefix="acquisition-") as folder:
            metrics, wall = measure(options, folder, segments)
    finally:
        for segment in segments:
            segment.close()
            segment.unlink()
    json.dump({"command": "measure", "program": f"Python {sys.version.split()[0]}, pyzmq {zmq.__version__}, "
               f"numpy {np.__version__}", "transport": options.transport, "producers": options.producers,
               "payload": options.payload, "payload_source": options.payload_source, "sum": options.sum,
               "wall_seconds": wall, "metrics": {name: {"value": value} for name, value in metrics.items()}},
              sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
