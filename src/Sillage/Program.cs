using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Verbs;

var sillage = new RootCommand(
    "Sillage keeps the wake of what people do in games and apps: accounts and event traces behind one API. "
        + "Without a verb it serves."
)
{
    Serve.Create(),
    Backup.Create(),
    Restore.Create(),
    ResetPassword.Create(),
    Sillage.Verbs.Traces.TracesVerbs.Create(),
    Settings.Create(),
    Sillage.Verbs.Version.Create(),
};
return await Invocation.RunAsync(sillage, args);
