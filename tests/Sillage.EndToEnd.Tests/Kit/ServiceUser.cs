using Shouldly;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A user other than root, as a service has one. Only root can become it.</summary>
internal static class ServiceUser
{
    public const string Name = "nobody";

    /// <summary>Skips the test where it cannot be had.</summary>
    public static async Task NeedAsync()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "Needs to run as root, to be another user."
        );
        var run = await CommandRun.RunAsync("runuser", "/", ["-u", Name, "--", "test", "-x", Repository.Executable]);
        Assert.SkipUnless(run.ExitCode == 0, $"The user {Name} may not read {Repository.Root}.");
    }

    /// <summary>Gives a folder to it.</summary>
    public static async Task OwnsAsync(string path) =>
        (await CommandRun.RunAsync("chown", "/", ["-R", Name, path])).ExitCode.ShouldBe(0);

    /// <summary>Runs <c>sillage</c> as that user.</summary>
    public static Task<CommandRun> SillageAsync(string folder, params string[] arguments) =>
        CommandRun.RunAsync("runuser", folder, ["-u", Name, "--", Repository.Executable, .. arguments]);

    /// <summary>What in a folder belongs to somebody else.</summary>
    public static async Task<string> OfOthersAsync(string path) =>
        (await CommandRun.RunAsync("find", "/", [path, "-not", "-user", Name])).Output;
}
