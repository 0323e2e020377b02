package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Who comes to work at a console that has no account yet: an administrator by the first secret, and the four whom that one lets in. */
final class People {
    private final Deployment deployment;
    private final Path folder;

    People(Deployment deployment) {
        this.deployment = deployment;
        this.folder = deployment.scratch().folder("people");
    }

    Road.Cast come() {
        logIn("adam", secret("adam"), true);
        Person adam = person("adam");
        for (List<String> one : List.of(
                List.of("rita", "REQUESTER"),
                List.of("anna", "APPROVER", "SOLUTION_ARCHITECT"),
                List.of("carl", "APPROVER"),
                List.of(
                        "olga",
                        "INSTALLATION_COORDINATOR",
                        "CHANGE_COORDINATOR",
                        "PACKAGE_BUILDER",
                        "TEST_SPECIALIST"))) {
            String name = one.getFirst();
            Path password = secret(name);
            StringBuilder roles = new StringBuilder();
            one.subList(1, one.size())
                    .forEach(role -> roles.append(roles.isEmpty() ? "" : ", ")
                            .append('"')
                            .append(role)
                            .append('"'));
            adam.does(
                    "account",
                    "add",
                    "--document",
                    file(name + ".account.json", """
                        {"id": "%s", "name": "%s", "roles": [%s], "password": "%s"}
                        """.formatted(name, name, roles, read(password)))
                            .toString());
            logIn(name, password, false);
        }
        return new Road.Cast(person("rita"), person("anna"), person("carl"), person("olga"));
    }

    private void logIn(String name, Path password, boolean first) {
        List<String> words = new ArrayList<>(List.of(
                "login",
                deployment.files().consoleUrl(),
                "--ca",
                deployment.authorityCertificate().toString(),
                "--name",
                name,
                "--passphrase-file",
                password.toString(),
                "--profile",
                profile(name).toString(),
                "--quiet"));
        if (first) {
            words.addAll(List.of(
                    "--first",
                    deployment
                            .files()
                            .consoleData()
                            .resolve("first-administrator")
                            .toString()));
        }
        Person.command(words);
    }

    private Person person(String name) {
        return new Person(name, profile(name));
    }

    private Path profile(String name) {
        return folder.resolve(name + ".profile.json");
    }

    /** A password that lives as long as the demo, in a file of its own. */
    private Path secret(String name) {
        return file(name + ".password", "the demo's " + name + " works two minutes\n");
    }

    private Path file(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
