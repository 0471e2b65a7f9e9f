package io.sluice.task;

import io.sluice.api.ShellClasses;
import io.sluice.block.DataChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The classes of a shell on the node of a worker, which asks the driver for those that it does not know yet. */
public final class ShippedShellClasses extends ClassLoader {

  private static final int MAX_SECONDS = 10;

  private final DataChannel channel;
  private final String driverAddress;
  private final long context;
  private final Map<String, byte[]> fetched = new HashMap<>();
  private int next;

  ShippedShellClasses(ClassLoader parent, DataChannel channel, String driverAddress, long context) {
    super(parent);
    this.channel = channel;
    this.driverAddress = driverAddress;
    this.context = context;
  }

  /** The form in which a class travels. */
  public static byte[] encode(ShellClasses.Compiled compiled) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(compiled.name());
      out.write(compiled.bytes());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = ShellClasses.isOne(name) ? find(name) : null;
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /** Fetches all classes that have been added, until the one that is wanted is among them. */
  private synchronized byte @Nullable [] find(String name) throws ClassNotFoundException {
    try {
      while (!fetched.containsKey(name)) {
        DataChannel.Payload payload = channel
            .get(driverAddress, WorkerCommand.ProgramJar.shellClass(context, next))
            .toCompletableFuture()
            .get(MAX_SECONDS, TimeUnit.SECONDS);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload.bytes()));
        fetched.put(in.readUTF(), in.readAllBytes());
        next++;
      }
      return fetched.remove(name);
    } catch (ExecutionException | TimeoutException | IOException failure) {
      // Compilers of serializers try many names, and take one with a cause for an error.
      throw new ClassNotFoundException("%s is not a class that the shell of %s has (%s)"
          .formatted(name, driverAddress, failure));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ClassNotFoundException(name + " was not fetched: interrupted");
    }
  }
}
