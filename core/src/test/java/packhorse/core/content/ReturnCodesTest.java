package packhorse.core.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.testing.Cases;

class ReturnCodesTest {
    @ParameterizedTest
    @CsvSource({
        "0, SUCCESS",
        "1602, USER",
        "1603, PERMANENT",
        "1618, TRANSIENT",
        "1633, ENVIRONMENT",
        "1641, SUCCESS_REBOOT",
        "3010, SUCCESS_REBOOT",
        "3011, PERMANENT",
        "64, PERMANENT",
        "69, ENVIRONMENT",
        "75, TRANSIENT",
        "78, ENVIRONMENT",
        "1, PERMANENT",
        "-1, PERMANENT",
        "126, ENVIRONMENT",
        "127, ENVIRONMENT",
        "137, PERMANENT"
    })
    void aScriptsCodesMeanWhatTheTradeSays(int code, CodeClass meaning) {
        assertEquals(meaning, ReturnCodes.meaning(code, Map.of(), ReturnCodes.SCRIPTS));
    }

    @Test
    void dpkgAndRpmSpeakTheirOwn() {
        assertEquals(CodeClass.TRANSIENT, ReturnCodes.meaning(2, Map.of(), ReturnCodes.DPKG));
        assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(1, Map.of(), ReturnCodes.DPKG));
        assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(2, Map.of(), ReturnCodes.RPM));
        assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(75, Map.of(), ReturnCodes.RPM));
    }

    @Test
    void theReleaseSpeaksFirstThenTheAdapterAlsoOfZero() {
        Map<Integer, CodeClass> release = Map.of(75, CodeClass.USER, 0, CodeClass.ENVIRONMENT);
        assertEquals(CodeClass.USER, ReturnCodes.meaning(75, release, ReturnCodes.SCRIPTS));
        assertEquals(CodeClass.ENVIRONMENT, ReturnCodes.meaning(0, release, ReturnCodes.SCRIPTS));
        assertEquals(CodeClass.SUCCESS_REBOOT, ReturnCodes.meaning(3010, release, ReturnCodes.SCRIPTS));
        assertEquals(CodeClass.TRANSIENT, ReturnCodes.meaning(127, Map.of(), Map.of(127, CodeClass.TRANSIENT)));
    }

    @Test
    void whatNobodyKnowsIsPermanentAndNeverGood() {
        Cases.run(1000, random -> {
            int code = random.nextInt();
            if (!ReturnCodes.SCRIPTS.containsKey(code) && !Set.of(0, 126, 127).contains(code)) {
                assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(code, Map.of(), ReturnCodes.SCRIPTS));
                assertFalse(ReturnCodes.meaning(code, Map.of(), Map.of()).succeeds());
            }
        });
        assertTrue(ReturnCodes.meaning(0, Map.of(), Map.of()).succeeds());
    }
}
