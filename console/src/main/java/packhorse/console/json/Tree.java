package packhorse.console.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** A document as maps, lists, texts, numbers and truth, within bounds that no record of ours comes near to. */
final class Tree {
    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(Records.CHARS_MAX)
                    .maxNestingDepth(64)
                    .maxStringLength(1 << 20)
                    .maxNameLength(1_000)
                    .maxNumberLength(40)
                    .build())
            .build();

    private Tree() {}

    static Object parse(String json) {
        if (json.length() > Records.CHARS_MAX) {
            throw new BadRecordException(
                    Place.root(), json.length() + " characters are too many; at most " + Records.CHARS_MAX);
        }
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = in.nextToken();
            if (first == null) {
                throw new BadRecordException(Place.root(), "there is nothing; write JSON");
            }
            Object value = value(in, first, Place.root());
            if (in.nextToken() != null) {
                throw new BadRecordException(Place.root(), "something follows behind its end");
            }
            return value;
        } catch (JacksonException e) {
            throw new BadRecordException(
                    Place.root(), "no JSON" + at(e.getLocation()) + ": " + String.valueOf(e.getOriginalMessage()), e);
        }
    }

    private static String at(@Nullable TokenStreamLocation place) {
        return place == null ? "" : " in line " + place.getLineNr() + ", column " + place.getColumnNr();
    }

    private static Object value(JsonParser in, JsonToken token, Place place) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                for (JsonToken next = in.nextToken(); next != JsonToken.END_OBJECT; next = in.nextToken()) {
                    String key = plain(in.currentName(), place);
                    object.put(key, value(in, in.nextToken(), place.key(key)));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
                    array.add(value(in, next, place.index(array.size())));
                }
                yield array;
            }
            case VALUE_STRING -> plain(in.getString(), place);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> throw new BadRecordException(place, "null stands for nothing here; leave the key out");
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new BadRecordException(place, "no value");
        };
    }

    private static BigDecimal number(JsonParser in) {
        return in.getDecimalValue();
    }

    /** Half a character is none, and no database keeps it. */
    private static String plain(String text, Place place) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new BadRecordException(place, "half a character stands in it");
            }
        }
        return text;
    }
}
