package packhorse.core.bencode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A bencoded value (BEP 3): an integer, a byte string, a list or a dictionary. Values are immutable and compare by content. */
public sealed interface Bencode {
    /** The value's one encoding. */
    default byte[] encode() {
        return BencodeWriter.encode(this);
    }

    static BInteger of(long value) {
        return new BInteger(value);
    }

    /** A byte string of the text's UTF-8 bytes. */
    static BString of(String text) {
        return new BString(text.getBytes(StandardCharsets.UTF_8));
    }

    static BString of(byte[] bytes) {
        return new BString(bytes);
    }

    static BList list(List<? extends Bencode> items) {
        return new BList(List.copyOf(items));
    }

    static DictionaryBuilder dictionary() {
        return new DictionaryBuilder();
    }

    /** An integer that fits a long. */
    record BInteger(long value) implements Bencode {}

    /** A list. */
    record BList(List<Bencode> items) implements Bencode {
        public BList {
            items = List.copyOf(items);
        }
    }

    /** A byte string, ordered by unsigned bytes as dictionary keys are. */
    final class BString implements Bencode, Comparable<BString> {
        private final byte[] bytes;

        public BString(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** A copy of the bytes. */
        public byte[] bytes() {
            return bytes.clone();
        }

        public int length() {
            return bytes.length;
        }

        /** The bytes read as UTF-8, for keys and names that are text. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        byte[] shared() {
            return bytes;
        }

        @Override
        public int compareTo(BString other) {
            return Arrays.compareUnsigned(bytes, other.bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof BString that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length <= 64 ? "\"" + text() + "\"" : "(" + bytes.length + " bytes)";
        }
    }

    /** A dictionary, its keys in the order of their bytes. */
    record BDictionary(SortedMap<BString, Bencode> entries) implements Bencode {
        public BDictionary {
            // The natural order, whatever order the argument was sorted by.
            TreeMap<BString, Bencode> sorted = new TreeMap<>();
            sorted.putAll(entries);
            entries = Collections.unmodifiableSortedMap(sorted);
        }

        public Optional<Bencode> get(String key) {
            return Optional.ofNullable(entries.get(Bencode.of(key)));
        }

        public Optional<BDictionary> dictionary(String key) {
            return get(key).filter(BDictionary.class::isInstance).map(BDictionary.class::cast);
        }

        public Optional<BList> list(String key) {
            return get(key).filter(BList.class::isInstance).map(BList.class::cast);
        }

        public Optional<BString> string(String key) {
            return get(key).filter(BString.class::isInstance).map(BString.class::cast);
        }

        public Optional<Long> integer(String key) {
            return get(key).filter(BInteger.class::isInstance).map(value -> ((BInteger) value).value());
        }

        /** A builder that starts with these entries. */
        public DictionaryBuilder toBuilder() {
            DictionaryBuilder builder = new DictionaryBuilder();
            builder.entries.putAll(entries);
            return builder;
        }
    }

    /** Collects a dictionary's entries; a later one replaces an earlier one of the same key. */
    final class DictionaryBuilder {
        private final Map<BString, Bencode> entries = new TreeMap<>();

        private DictionaryBuilder() {}

        public DictionaryBuilder put(String key, Bencode value) {
            entries.put(Bencode.of(key), value);
            return this;
        }

        public DictionaryBuilder put(String key, long value) {
            return put(key, Bencode.of(value));
        }

        public DictionaryBuilder put(String key, String value) {
            return put(key, Bencode.of(value));
        }

        public DictionaryBuilder put(String key, byte[] value) {
            return put(key, Bencode.of(value));
        }

        /** For keys that are not text, such as info-hashes. */
        public DictionaryBuilder put(byte[] key, Bencode value) {
            entries.put(Bencode.of(key), value);
            return this;
        }

        public BDictionary build() {
            return new BDictionary(new TreeMap<>(entries));
        }
    }
}
