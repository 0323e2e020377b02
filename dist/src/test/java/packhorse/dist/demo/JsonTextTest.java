package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTextTest {
    @Test
    void writesEveryKindOfValue() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("text", "a \"quoted\" back\\slash\nline");
        map.put("whole", 9_007_199_254_740_993L);
        map.put("fraction", 1.5);
        map.put("true", true);
        map.put("list", List.of(1, 2));
        map.put("empty", List.of());

        assertEquals("""
            {
              "text": "a \\"quoted\\" back\\\\slash\\u000aline",
              "whole": 9007199254740993,
              "fraction": 1.5000,
              "true": true,
              "list": [
                1,
                2
              ],
              "empty": []
            }
            """, JsonText.of(map));
    }
}
