using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>One file of settings serves every process: what is of a module elsewhere is known and checked.</summary>
public sealed class OneFileTests : IDisposable
{
    private const string Credential = "the processes of one deployment know each other by this";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Settings_of_a_module_that_is_switched_off_are_known()
    {
        var run = await RunAsync(
            "Accounts:Registration=open",
            "Admin:Username=admin",
            "Admin:Password=a wake that stays"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Accounts:Registration\topen");
    }

    [Theory]
    [InlineData("Accounts:Registratoin=open", "Accounts:Registration")]
    [InlineData("Accounts:Registration=perhaps", "Accounts:Registration")]
    [InlineData("Admin:Username=admin", "Admin:Password")]
    [InlineData("Accounts:Remote:Credential=too short", "at least 32 characters")]
    [InlineData("Accounts:Remote:Address=http://accounts:8000", "Accounts:Remote:Credential")]
    [InlineData("Accounts:Remote:Address=accounts", "Accounts:Remote:Address")]
    public async Task And_they_are_checked(string setting, string said)
    {
        var run = await RunAsync(setting);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(said);
        run.Error.ShouldNotContain("too short");
    }

    [Fact]
    public async Task The_credential_is_not_shown()
    {
        var run = await RunAsync($"Accounts:Remote:Credential={Credential}");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldNotContain(Credential);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] settings) =>
        CommandRun.SillageAsync(
            _folder.Path,
            ["settings", "--modules", "traces", .. settings.SelectMany(setting => new[] { "--set", setting })]
        );
}
