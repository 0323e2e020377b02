package packhorse.core.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryItem;
import packhorse.core.state.Inventory;
import packhorse.core.state.Inventory.Difference;

/**
 * Inventories as messages, and back. A difference travels in as many frames as it needs, each far below the longest frame, all but
 * the last marked {@code more}; whoever receives them puts them on one after the other and believes the revision with the last.
 */
public final class InventoryCodec {
    /** A frame is closed when it has so many bytes; an item has at most 135 KiB more. */
    static final int FRAME_BYTES = 256 << 10;

    private InventoryCodec() {}

    /**
     * The frames that say {@code difference}, at least one.
     *
     * @param base revision it builds on; 0: it is everything
     */
    public static List<InventoryDelta> frames(long base, long revision, Difference difference) {
        List<InventoryDelta> frames = new ArrayList<>();
        InventoryDelta.Builder frame = InventoryDelta.newBuilder().setBase(base).setRevision(revision);
        int bytes = 0;
        for (Map.Entry<String, SortedMap<String, String>> item :
                difference.changed().entrySet()) {
            InventoryItem message = item(item.getKey(), item.getValue());
            frame.addChanged(message);
            bytes += message.getSerializedSize();
            if (bytes >= FRAME_BYTES) {
                frames.add(frame.setMore(true).build());
                frame.clearChanged().clearRemoved();
                bytes = 0;
            }
        }
        for (String removed : difference.removed()) {
            frame.addRemoved(removed);
            bytes += 2 * removed.length();
            if (bytes >= FRAME_BYTES) {
                frames.add(frame.setMore(true).build());
                frame.clearChanged().clearRemoved();
                bytes = 0;
            }
        }
        frames.add(frame.setMore(false).build());
        return List.copyOf(frames);
    }

    /** A whole inventory in one message, for a disk. */
    public static InventoryDelta whole(long revision, Inventory inventory) {
        InventoryDelta.Builder whole = InventoryDelta.newBuilder().setRevision(revision);
        inventory.items().forEach((key, fields) -> whole.addChanged(item(key, fields)));
        return whole.build();
    }

    private static InventoryItem item(String key, Map<String, String> fields) {
        return InventoryItem.newBuilder().setKey(key).putAllFields(fields).build();
    }

    /** What one frame says. */
    public static Difference read(InventoryDelta delta) {
        SortedMap<String, SortedMap<String, String>> changed = new TreeMap<>();
        for (InventoryItem item : delta.getChangedList()) {
            changed.put(item.getKey(), new TreeMap<>(item.getFieldsMap()));
        }
        return new Difference(changed, new TreeSet<>(delta.getRemovedList()));
    }
}
