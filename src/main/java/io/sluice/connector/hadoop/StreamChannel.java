package io.sluice.connector.hadoop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel that does one thing, and refuses what others do. One thread at a time may use it. */
abstract class StreamChannel extends FileChannel {

  final void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    throw new NonReadableChannelException();
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    throw new NonReadableChannelException();
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    long total = 0;
    for (int index = offset; index < offset + length; index++) {
      while (into[index].hasRemaining()) {
        int read = read(into[index]);
        if (read < 0) {
          return total == 0 ? -1 : total;
        }
        total += read;
      }
    }
    return total;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long total = 0;
    for (int index = offset; index < offset + length; index++) {
      total += write(from[index]);
    }
    return total;
  }

  @Override
  public FileChannel position(long position) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel from, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
