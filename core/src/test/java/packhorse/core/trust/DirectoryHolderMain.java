package packhorse.core.trust;

import java.nio.file.Path;
import packhorse.core.OperationException;

/** Holds a directory until its process ends. */
final class DirectoryHolderMain {
    private DirectoryHolderMain() {}

    public static void main(String[] args) throws Exception {
        try {
            DirectoryLock held = DirectoryLock.take(Path.of(args[0]), "is held");
            System.out.println("HELD");
            // Ends with the process that started this one, should it die before it kills.
            int unused = System.in.read();
            held.close();
        } catch (OperationException e) {
            System.out.println(e.getMessage());
        }
    }
}
