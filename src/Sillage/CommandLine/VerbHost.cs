using System.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.CommandLine;

/// <summary>Runs the verbs of modules as those of the program itself.</summary>
internal sealed class VerbHost : IVerbHost
{
    /// <inheritdoc />
    public void Does(Command verb, Func<IServiceProvider, ParseResult, CancellationToken, Task<int>> work)
    {
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                await using var app = Server.Build(flags, parsed);
                return await work(app.Services, parsed, ct);
            }
        );
    }
}
