using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>What happens to everybody once is one line and exit code 2, in every verb, and never a stack trace.</summary>
public sealed class OrdinaryMistakeTests(PostgresServer postgres) : IDisposable
{
    private static readonly string[][] Verbs =
    [
        ["serve", "--urls", "http://127.0.0.1:0"],
        ["reset-password", "admin"],
        ["traces", "import", "x.csv", "--study", "game"],
        ["traces", "import-tsadk", "x.json", "--study", "game"],
        ["backup", "x.backup"],
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_wrong_password_of_PostgreSQL()
    {
        var wrong = await ChangedAsync(settings => settings.Password = "wrong-secret");
        Assert.SkipWhen(await IsTakenAsync(wrong), "This PostgreSQL asks for no password.");

        await EveryVerbShouldTellAsync(wrong, "password authentication failed");
    }

    [Fact]
    public async Task A_database_that_is_not_there() =>
        await EveryVerbShouldTellAsync(
            await ChangedAsync(settings => settings.Database = "nowhere_at_all"),
            "nowhere_at_all"
        );

    [Fact]
    public async Task A_user_that_is_not_there() =>
        await EveryVerbShouldTellAsync(
            await ChangedAsync(settings => (settings.Username, settings.Password) = ("noone_at_all", "secret")),
            "noone_at_all"
        );

    [Fact]
    public async Task A_role_without_rights()
    {
        var connection = await postgres.CreateDatabaseAsync();
        var role = $"powerless_{Environment.ProcessId}";
        await ExecuteAsync(connection, $"DROP ROLE IF EXISTS {role}");
        await ExecuteAsync(connection, $"CREATE ROLE {role} LOGIN PASSWORD 'top-secret'");
        try
        {
            var powerless = new NpgsqlConnectionStringBuilder(connection) { Username = role, Password = "top-secret" };
            foreach (var verb in Verbs[..4])
            {
                ShouldTell(await RunAsync(verb, ("SILLAGE_POSTGRES", powerless.ToString())), "permission denied");
            }
        }
        finally
        {
            await ExecuteAsync(connection, $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_host_that_nobody_knows() =>
        await EveryVerbShouldTellAsync(
            await ChangedAsync(settings => (settings.Host, settings.Timeout) = ("nowhere.invalid", 5)),
            "PostgreSQL"
        );

    [Theory]
    [InlineData("DATA")]
    [InlineData("URLS")]
    [InlineData("POSTGRES")]
    [InlineData("ACCOUNTS__REGISTRATION")]
    [InlineData("ACCOUNTS__PASSWORDITERATIONS")]
    [InlineData("LIMITS__DRAIN")]
    public async Task A_setting_that_is_empty(string name)
    {
        var run = await RunAsync(
            ["serve"],
            ($"SILLAGE_{name}", ""),
            ("SILLAGE_URLS", name == "URLS" ? "" : "http://127.0.0.1:0")
        );

        ShouldTell(run, name.Replace("__", ":", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("settings")]
    [InlineData("--help")]
    [InlineData("serve --urls http://127.0.0.1:0")]
    public async Task A_standard_output_that_is_full(string verb)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full.");

        ShouldTell(await ShellAsync($"exec \"$0\" {verb} >/dev/full"), "standard output");
        // With nobody to tell there is the exit code, and no dump of memory.
        (await ShellAsync($"exec \"$0\" {verb} >/dev/full 2>&1")).ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(150)]
    public async Task Too_few_files_that_may_be_open(int most)
    {
        var run = await ShellAsync($"ulimit -n {most}; exec \"$0\" serve --urls http://127.0.0.1:0");

        ShouldTell(run, "ulimit -n");
    }

    public void Dispose() => _folder.Dispose();

    private async Task EveryVerbShouldTellAsync(string connection, string text)
    {
        foreach (var verb in Verbs)
        {
            ShouldTell(await RunAsync(verb, ("SILLAGE_POSTGRES", connection)), text);
        }
    }

    private static void ShouldTell(CommandRun run, string text)
    {
        run.Error.TrimEnd('\n').Split('\n').Length.ShouldBe(1, run.Error);
        run.Error.ShouldStartWith("sillage: ");
        run.Error.ShouldContain(text, Case.Insensitive);
        run.Error.ShouldNotContain("secret");
        run.Error.ShouldNotContain("defect");
        run.ExitCode.ShouldBe(2, run.Error);
        run.Output.ShouldBeEmpty();
    }

    private async Task<string> ChangedAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        change(settings);
        return settings.ToString();
    }

    private static async Task<bool> IsTakenAsync(string connection)
    {
        try
        {
            await ExecuteAsync(connection, "SELECT 1");
            return true;
        }
        catch (PostgresException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(string connection, string statement)
    {
        await using var source = NpgsqlDataSource.Create(connection);
#pragma warning disable CA2100 // Texts of this test.
        await using var command = source.CreateCommand(statement);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private Task<CommandRun> RunAsync(string[] verb, params (string Name, string Value)[] environment) =>
        CommandRun.SillageAsync(_folder, verb, environment.DistinctBy(pair => pair.Name).ToDictionary());

    private Task<CommandRun> ShellAsync(string command) =>
        CommandRun.RunAsync("bash", _folder, ["-c", command, Repository.Executable]);
}
