package io.sluice.plan;

import io.sluice.api.ShellClasses;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What a class of a shell refers to, read from its class file: classes of the shell, and those of their static fields that its functions use. */
final class CodeReferences {

  /** A static field of a class of the shell. */
  record Field(String owner, String name) {}

  /** The method in which JShell puts a line itself; functions are in others. */
  private static final String LINE = "do_it$";

  private static final int GETSTATIC = 0xb2;
  private static final int PUTSTATIC = 0xb3;
  private static final int TABLESWITCH = 0xaa;
  private static final int LOOKUPSWITCH = 0xab;
  private static final int WIDE = 0xc4;
  private static final int IINC = 0x84;
  private static final byte[] LENGTHS = lengths();

  private final DataInputStream in;
  private final Set<String> classes = new HashSet<>();
  private final Set<Field> fields = new HashSet<>();
  private String[] texts = new String[0];
  private int[] firsts = new int[0];
  private int[] seconds = new int[0];

  private CodeReferences(byte[] classFile) {
    in = new DataInputStream(new ByteArrayInputStream(classFile));
  }

  static CodeReferences of(byte[] classFile) throws IOException {
    CodeReferences references = new CodeReferences(classFile);
    references.read();
    return references;
  }

  Set<String> classes() {
    return classes;
  }

  Set<Field> fields() {
    return fields;
  }

  private void read() throws IOException {
    in.skipNBytes(8);
    readConstants();
    in.skipNBytes(6);
    in.skipNBytes(2L * in.readUnsignedShort());
    readMembers();
    readMembers();
  }

  private void readConstants() throws IOException {
    int count = in.readUnsignedShort();
    texts = new String[count];
    firsts = new int[count];
    seconds = new int[count];
    Set<Integer> named = new HashSet<>();
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        case 7 -> {
          firsts[i] = in.readUnsignedShort();
          named.add(firsts[i]);
        }
        case 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 9, 10, 11, 12 -> {
          firsts[i] = in.readUnsignedShort();
          seconds[i] = in.readUnsignedShort();
        }
        default -> in.skipNBytes(4);
      }
    }
    for (int name : named) {
      String className = texts[name].replace('/', '.');
      if (ShellClasses.isOne(className)) {
        classes.add(className);
      }
    }
  }

  /** Fields, then methods: only these have code. */
  private void readMembers() throws IOException {
    for (int members = in.readUnsignedShort(); members > 0; members--) {
      in.skipNBytes(2);
      boolean function = !LINE.equals(texts[in.readUnsignedShort()]);
      in.skipNBytes(2);
      for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
        String name = texts[in.readUnsignedShort()];
        byte[] content = in.readNBytes(in.readInt());
        if (function && "Code".equals(name)) {
          readCode(ByteBuffer.wrap(content));
        }
      }
    }
  }

  private void readCode(ByteBuffer attribute) {
    attribute.position(4);
    int length = attribute.getInt();
    ByteBuffer code = attribute.slice(8, length);
    for (int at = 0; at < length; at += instruction(code, at)) {
      int opcode = code.get(at) & 0xff;
      if (opcode == GETSTATIC || opcode == PUTSTATIC) {
        note(code.getShort(at + 1) & 0xffff);
      }
    }
  }

  private void note(int reference) {
    String owner = texts[firsts[firsts[reference]]].replace('/', '.');
    if (ShellClasses.isOne(owner)) {
      fields.add(new Field(owner, texts[firsts[seconds[reference]]]));
    }
  }

  /** How long the instruction is; switches are padded to a multiple of four. */
  private static int instruction(ByteBuffer code, int at) {
    int opcode = code.get(at) & 0xff;
    int operands = (at & ~3) + 4;
    return switch (opcode) {
      case TABLESWITCH ->
        operands - at + 12 + 4 * (code.getInt(operands + 8) - code.getInt(operands + 4) + 1);
      case LOOKUPSWITCH -> operands - at + 8 + 8 * code.getInt(operands + 4);
      case WIDE -> (code.get(at + 1) & 0xff) == IINC ? 6 : 4;
      default -> LENGTHS[opcode];
    };
  }

  private static byte[] lengths() {
    byte[] lengths = new byte[256];
    fill(lengths, 1, 0x00, 0xff);
    fill(lengths, 2, 0x10, 0x10, 0x12, 0x12, 0x15, 0x19, 0x36, 0x3a, 0xa9, 0xa9, 0xbc, 0xbc);
    fill(lengths, 3, 0x11, 0x11, 0x13, 0x14, IINC, IINC, 0x99, 0xa8, GETSTATIC, 0xb8, 0xbb, 0xbb);
    fill(lengths, 3, 0xbd, 0xbd, 0xc0, 0xc1, 0xc6, 0xc7);
    fill(lengths, 4, 0xc5, 0xc5);
    fill(lengths, 5, 0xb9, 0xba, 0xc8, 0xc9);
    return lengths;
  }

  /** Sets the length of all opcodes in ranges, each given by its first and its last. */
  private static void fill(byte[] lengths, int length, int... ranges) {
    for (int i = 0; i < ranges.length; i += 2) {
      Arrays.fill(lengths, ranges[i], ranges[i + 1] + 1, (byte) length);
    }
  }
}
