package packhorse.console.intake;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import packhorse.console.intake.ScannerConfig.Where;

/** The scripted daemon at a socket in the file system. */
final class ScriptedLocalScannerTest extends ScannerContract {
    private ScriptedClamd daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = ScriptedClamd.local(folder);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Override
    Where where() {
        return daemon.where();
    }
}
