using System.CommandLine;

namespace Sillage.Hosting.Verbs;

/// <summary>What the program lends to the verbs of modules.</summary>
public interface IVerbHost
{
    /// <summary>
    /// Gives a verb the flags that stand for settings, and what it does: it gets the services of a program that serves nobody, its settings
    /// checked and its databases not open yet (see <see cref="UpgradeNotice.OpenStorageAsync"/>), and returns an <see cref="ExitCode"/>.
    /// </summary>
    void Does(Command verb, Func<IServiceProvider, ParseResult, CancellationToken, Task<int>> work);
}
