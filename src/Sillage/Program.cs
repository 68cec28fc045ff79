using System.CommandLine;
using Sillage;
using Sillage.CommandLine;
using Sillage.Hosting.Verbs;
using Sillage.Verbs;

// Before anything that needs a library loaded.
return OpenFiles.AreEnough() ? await RunAsync(args) : ExitCode.Expected;

static Task<int> RunAsync(string[] args)
{
    var sillage = new RootCommand(
        "Sillage keeps the wake of what people do in games and apps: accounts and event traces behind one API. "
            + "Without a verb it serves."
    )
    {
        Serve.Create(),
        Backup.Create(),
        Restore.Create(),
        Move.Create(),
    };
    foreach (var verb in Server.CreateVerbs(new VerbHost()))
    {
        sillage.Add(verb);
    }

    sillage.Add(Settings.Create());
    sillage.Add(Modules.Create());
    sillage.Add(Status.Create());
    sillage.Add(DeadLetterVerbs.Create());
    sillage.Add(Sillage.Verbs.Version.Create());
    return Invocation.RunAsync(sillage, args);
}
