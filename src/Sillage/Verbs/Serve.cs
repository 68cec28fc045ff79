using System.CommandLine;
using System.Runtime.InteropServices;
using Sillage.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.Verbs;

/// <summary><c>sillage serve</c>: runs the server until it is told to stop.</summary>
internal static class Serve
{
    public const string Name = "serve";

    public static Command Create()
    {
        var verb = new Verb(
            Name,
            "Run the server; what sillage does without a verb.",
            ("sillage serve", "everything on http://localhost:8000, data in ./data"),
            ("sillage serve --urls http://0.0.0.0:8000", "reachable from other machines"),
            ("sillage serve --data /var/lib/sillage", "data elsewhere"),
            ("SILLAGE_POSTGRES='Host=db;…' sillage serve", "data in PostgreSQL")
        );
        var flags = SettingFlags.AddServingTo(verb);
        verb.SetAction((parsed, cancellation) => RunAsync(flags, parsed, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(SettingFlags flags, ParseResult parsed, CancellationToken ct)
    {
        OpenFiles.CheckForServer();
        // A terminal that closes or a session that ends is no reason to stop serving; Ctrl+C and SIGTERM are.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        await using var app = Server.Build(flags, parsed);
        await app.StartAsync(ct);
        try
        {
            Banner.Write(app);
        }
        catch (StandardOutputException)
        {
            // The link to become administrator is lost with it: nobody is served who does not know that something is wrong.
            await app.StopAsync(CancellationToken.None);
            throw;
        }

        app.Services.GetRequiredService<StartupNoise>().ServerIsUp();
        await app.WaitForShutdownAsync(ct);
        return ExitCode.Done;
    }
}
