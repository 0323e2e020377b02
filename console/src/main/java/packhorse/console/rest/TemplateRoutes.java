package packhorse.console.rest;

import java.util.List;
import java.util.OptionalLong;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.Role;
import packhorse.console.office.TemplateOffice;

/** Templates of standard changes. */
final class TemplateRoutes {
    private static final String ONE = "/templates/{template}";
    private static final String ID = "The template's name.";
    private static final Access AUTHORS =
            Access.to(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);

    /** No record has it: whoever makes something new changes nothing that is there. */
    private static final OptionalLong NEW = OptionalLong.of(0);

    private TemplateRoutes() {}

    /** A new template and its name. */
    public record NewTemplate(String name, TemplateOffice.TemplateForm template) {}

    static List<Route> of(TemplateOffice office) {
        return List.of(
                Route.get("/templates", "listTemplates", "Lists templates by name.")
                        .storedPage(ChangeTemplate.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.list(call.after(), limit + 1), limit);
                        }),
                Route.post("/templates", "addTemplate", "Writes a template; nobody has approved it yet.")
                        .access(AUTHORS)
                        .body(NewTemplate.class)
                        .created(ChangeTemplate.class, "/templates")
                        .does(call -> {
                            NewTemplate form = call.body(NewTemplate.class);
                            return Answer.of(office.write(call.who(), form.name(), NEW, form.template()));
                        }),
                Route.get(ONE, "readTemplate", "Shows a template.")
                        .with("template", ID)
                        .stored(ChangeTemplate.class)
                        .does(call -> Answer.of(office.get(call.path("template")))),
                Route.put(
                                ONE,
                                "writeTemplate",
                                "Writes another text of a template; approvals of the one before are void.")
                        .with("template", ID)
                        .access(AUTHORS)
                        .versioned()
                        .body(TemplateOffice.TemplateForm.class)
                        .stored(ChangeTemplate.class)
                        .does(call -> Answer.of(office.write(
                                call.who(),
                                office.get(call.path("template")).id(),
                                call.seen(),
                                call.body(TemplateOffice.TemplateForm.class)))),
                Route.post(ONE + "/approve", "approveTemplate", "Approves a template for all changes that follow it.")
                        .with("template", ID)
                        .access(Access.to(Role.APPROVER))
                        .versioned()
                        .stored(ChangeTemplate.class)
                        .does(call -> Answer.of(office.approve(call.who(), call.path("template"), call.seen()))));
    }
}
