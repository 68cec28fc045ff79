using System.Diagnostics;
using System.Globalization;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Import;

/// <summary><c>sillage traces import</c>: the executable on files, killed and short of memory and room.</summary>
public sealed class ImportVerbTests : IDisposable
{
    private const string Header = "participant,timestamp,name,room\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static async Task MakeStudyAsync(string folder, IReadOnlyDictionary<string, string>? settings = null)
    {
        Directory.CreateDirectory(folder);
        await using var server = await SillageServer.StartAsync(
            folder,
            new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
                .Union(ApiClient.AdministratorSettings)
                .ToDictionary(pair => pair.Key, pair => pair.Value)
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 3);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    /// <summary>Writes rows of which each one tells its number.</summary>
    private static async Task<string> WriteRowsAsync(string path, int rows, int width = 20)
    {
        await using var file = new StreamWriter(path);
        await file.WriteAsync(Header);
        var padding = new string('x', width);
        for (var i = 1; i <= rows; i++)
        {
            await file.WriteAsync(
                string.Create(CultureInfo.InvariantCulture, $"{1 + (i % 3)},2026-03-02T10:00:00Z,moved,{padding}{i}\n")
            );
        }

        return path;
    }

    private static Task<CommandRun> RunAsync(
        string folder,
        string[] arguments,
        IReadOnlyDictionary<string, string>? environment = null
    ) => CommandRun.SillageAsync(folder, ["traces", "import", .. arguments], environment);

    private static async Task<List<string>> RoomsAsync(
        string folder,
        IReadOnlyDictionary<string, string>? settings = null
    )
    {
        await using var server = await SillageServer.StartAsync(folder, settings);
        using var admin = await ApiClient.LogInAsync(server);
        using var reader = new StreamReader(
            await admin.Client.GetStreamAsync("/api/v1/studies/game/traces/export?format=csv")
        );
        var header = (await reader.ReadLineAsync())!.Split(',');
        var room = Array.IndexOf(header, "room");
        var rooms = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            rooms.Add(line.Split(',')[room].TrimStart('x'));
        }

        return rooms;
    }

    [Fact]
    public async Task A_file_is_looked_at_first_then_imported()
    {
        await MakeStudyAsync(_folder.Path);
        await File.WriteAllTextAsync(
            _folder["events.csv"],
            Header + "1,2026-03-02T10:00:00Z,moved,a\n2,soon,moved,b\n3,2026-03-02T10:00:00Z,moved,c\n"
        );

        var dry = await RunAsync(_folder.Path, ["events.csv", "--study", "game", "--dry-run"]);
        dry.ExitCode.ShouldBe(3, dry.Error);
        dry.Output.ShouldContain("timestamp ← timestamp");
        dry.Output.ShouldContain("\"name\":\"moved\"");
        dry.Output.ShouldContain("Traces: 2 would be stored");
        dry.Output.ShouldContain("1 × timestamp: A time is expected");

        var run = await RunAsync(_folder.Path, ["events.csv", "--study", "game"]);
        run.ExitCode.ShouldBe(3, run.Error);
        run.Output.ShouldContain("Such as 'soon'.");
        run.Output.ShouldContain("Traces: 2 stored, 0 here already");
        run.Output.ShouldContain("events.csv.bad.csv");
        (await RunAsync(_folder.Path, ["events.csv", "--study", "game"])).Output.ShouldContain(
            "0 read, after 3 in earlier runs"
        );
        (await RoomsAsync(_folder.Path)).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task A_file_of_the_mapping_is_named_with_an_at_and_flags_that_name_nothing_are_refused()
    {
        await MakeStudyAsync(_folder.Path);
        await File.WriteAllTextAsync(_folder["map.txt"], "# ours\ntimestamp=began\nname=what\nparticipant=whose\n");
        await File.WriteAllTextAsync(
            _folder["events.csv"],
            "made by a logger\nwhose,began,what,n\n1,2026-03-02T10:00:00Z,moved,\"null\"\n"
        );
        string[] flags = ["--study", "game", "--map", "@map.txt", "--skip-lines", "1", "--missing", "NA,null"];

        var run = await RunAsync(_folder.Path, ["events.csv", .. flags]);
        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Traces: 1 stored");

        var typo = await RunAsync(_folder.Path, ["events.csv", .. flags, "--drop", "N"]);
        typo.ExitCode.ShouldBe(2);
        typo.Error.ShouldContain("--drop: ");
        (await RunAsync(_folder.Path, ["events.csv", .. flags, "--skip-lines", "-1"])).ExitCode.ShouldBe(2);

        await File.WriteAllTextAsync(_folder["bad.csv"], Header + "9,2026-03-02T10:00:00Z,moved,a\n");
        var bad = await RunAsync(_folder.Path, ["bad.csv", "--study", "game"]);
        bad.ExitCode.ShouldBe(4, bad.Error);
        bad.Output.ShouldContain("Such as '9'.");
    }

    [Fact]
    public async Task How_far_a_file_is_says_nothing_to_another_server_or_to_a_restored_one()
    {
        var (first, second) = (_folder["first"], _folder["second"]);
        await MakeStudyAsync(first);
        await MakeStudyAsync(second);
        var file = await WriteRowsAsync(_folder["events.csv"], 3);
        var backup = await CommandRun.SillageAsync(first, ["backup", _folder["backup"]]);
        backup.ExitCode.ShouldBe(0, backup.Error);

        (await RunAsync(first, [file, "--study", "game"])).Output.ShouldContain("Traces: 3 stored");
        var other = await RunAsync(second, [file, "--study", "game"]);
        other.Output.ShouldContain("Traces: 3 stored");
        other.Output.ShouldContain("spoke of another database");

        File.Delete(file + ".game.import");
        (await RunAsync(first, [file, "--study", "game"])).Output.ShouldContain("0 stored, 3 here already");
        (await RunAsync(first, [file, "--study", "game"])).Output.ShouldContain("0 read, after 3");
        Directory.CreateDirectory(_folder["third"]);
        var restored = await CommandRun.SillageAsync(_folder["third"], ["restore", _folder["backup"], "--yes"]);
        restored.ExitCode.ShouldBe(0, restored.Error);
        var third = await RunAsync(_folder["third"], [file, "--study", "game"]);
        third.Output.ShouldContain("spoke of another database");
        third.Output.ShouldContain("Traces: 3 stored");
    }

    [Fact]
    public async Task What_comes_through_a_pipe_is_imported()
    {
        await MakeStudyAsync(_folder.Path);
        using var process = CommandRun.Start(
            Repository.Executable,
            _folder.Path,
            ["traces", "import", "-", "--study", "game"],
            null
        );
        await process.StandardInput.WriteAsync(Header + "1,2026-03-02T10:00:00Z,moved,a\n");
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.ShouldContain("Traces: 1 stored");
    }

    [Fact]
    public async Task While_a_server_holds_the_data_folder_nothing_is_imported()
    {
        await WriteRowsAsync(_folder["events.csv"], 1);
        await using var server = await SillageServer.StartAsync(_folder.Path);

        var run = await RunAsync(_folder.Path, ["events.csv", "--study", "game"]);

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("in use");
        run.Error.ShouldContain("Stop that server");
    }

    [Theory]
    [InlineData(new[] { "--participants", "all" }, "--participants is existing or create, not 'all'")]
    [InlineData(new[] { "--decimal", "coma" }, "did you mean 'comma'?")]
    [InlineData(new[] { "--participant", "create" }, "did you mean '--participants'?")]
    [InlineData(new string[0], "'--study' is required")]
    public async Task A_flag_that_cannot_be_is_one_line(string[] flags, string saying)
    {
        string[] study = flags.Length == 0 ? [] : ["--study", "game"];
        var run = await RunAsync(_folder.Path, ["events.csv", .. study, .. flags]);

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
        run.Error.ShouldContain(saying);
    }

    [Fact]
    public async Task Killed_in_the_middle_again_and_again_each_row_is_there_once_on_SQLite()
    {
        await MakeStudyAsync(_folder.Path);
        await KillAndGoOnAsync(null);
    }

    [Fact]
    public async Task Killed_in_the_middle_again_and_again_each_row_is_there_once_on_PostgreSQL()
    {
        await using var postgres = await OwnPostgres.StartNewAsync();
        var settings = new Dictionary<string, string> { ["SILLAGE_POSTGRES"] = postgres.ConnectionString };
        await MakeStudyAsync(_folder.Path, settings);
        await KillAndGoOnAsync(settings);
    }

    private async Task KillAndGoOnAsync(IReadOnlyDictionary<string, string>? settings)
    {
        var rows = LongRuns.Scale(60_000, 600_000);
        var file = await WriteRowsAsync(_folder["events.csv"], rows);
        var state = file + ".game.import";
        for (var kill = 1; kill <= LongRuns.Scale(3, 20); kill++)
        {
            var before = await ReadAsync(state);
            using var process = CommandRun.Start(
                Repository.Executable,
                _folder.Path,
                ["traces", "import", "events.csv", "--study", "game"],
                settings
            );
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            // Somewhere behind a chunk that was not done before; or at the end, if that comes first.
            await Eventually.HoldsAsync(async () => process.HasExited || await ReadAsync(state) != before);
            Kill(process);
            await process.WaitForExitAsync();
            await Task.WhenAll(output, error);
        }

        var run = await RunAsync(_folder.Path, ["events.csv", "--study", "game"], settings);

        run.ExitCode.ShouldBe(0, run.Error);
        (await RoomsAsync(_folder.Path, settings)).ShouldBe(
            Enumerable.Range(1, rows).Select(i => i.ToString(CultureInfo.InvariantCulture))
        );
    }

    private static async Task<string?> ReadAsync(string path) =>
        File.Exists(path) ? await File.ReadAllTextAsync(path) : null;

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Send(Signals.Kill);
        }
    }

    [Fact]
    public async Task A_large_file_is_read_in_the_memory_of_a_small_one()
    {
        await MakeStudyAsync(_folder.Path);
        var width = 400;
        var rows = LongRuns.Scale(50, 1000) * 1_000_000 / (width + 40);
        await WriteRowsAsync(_folder["events.csv"], rows, width);

        using var process = CommandRun.Start(
            Repository.Executable,
            _folder.Path,
            ["traces", "import", "events.csv", "--study", "game"],
            // 80 MB for everything that the collector looks after; beyond it the program would end.
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x5000000" }
        );
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0, await error);
        output.ShouldContain($"Traces: {rows} stored");
        (await error).ShouldContain("rows: 50 %");
    }

    [Fact]
    public async Task On_a_terminal_a_bar_shows_how_far_it_is_and_is_gone_when_it_is_done()
    {
        await MakeStudyAsync(_folder.Path);
        await WriteRowsAsync(_folder["events.csv"], 50_000);

        // script(1) gives the program a terminal, and tells us what it writes there.
        var run = await CommandRun.RunAsync(
            "script",
            _folder.Path,
            ["-qec", $"{Repository.Executable} traces import events.csv --study game", "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["LANG"] = "C.UTF-8" }
        );

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldMatch(@"\d+ read, 0 bad.*\d+%");
        run.Output.ShouldContain("\e[2K", customMessage: "the bar is wiped away");
        run.Output.ShouldContain("Traces: 50000 stored");
    }

    [Fact]
    public async Task A_line_of_100_MB_ends_it_with_the_line_and_what_to_do_and_what_stands_before_it_is_there()
    {
        await MakeStudyAsync(_folder.Path);
        await using (var file = new StreamWriter(_folder["events.ndjson"]))
        {
            await file.WriteAsync(
                "{\"participant\":1,\"timestamp\":\"2026-03-02T10:00:00Z\",\"name\":\"a\",\"room\":\"1\"}\n{\"name\":\""
            );
            var piece = new string('x', 1_000_000);
            for (var i = 0; i < 100; i++)
            {
                await file.WriteAsync(piece);
            }
        }

        var run = await RunAsync(
            _folder.Path,
            ["events.ndjson", "--study", "game"],
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x5000000" }
        );

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("Line 2: what begins here is longer than 4096 KiB. Each line is to be one JSON object");
        await File.WriteAllTextAsync(
            _folder["events.ndjson"],
            (await FirstLineAsync(_folder["events.ndjson"]))
                + "\n{\"participant\":1,\"timestamp\":1795166400,\"name\":\"a\",\"room\":\"2\"}\n"
        );
        (await RunAsync(_folder.Path, ["events.ndjson", "--study", "game"])).ExitCode.ShouldBe(0);
        (await RoomsAsync(_folder.Path)).ShouldBe(["1", "2"]);
    }

    private static async Task<string> FirstLineAsync(string path)
    {
        using var reader = new StreamReader(path);
        return (await reader.ReadLineAsync())!;
    }

    [Fact]
    public async Task A_disk_that_gets_full_ends_it_and_the_same_command_goes_on_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 64);
        await MakeStudyAsync(disk.Path);
        var file = await WriteRowsAsync(Path.Combine(disk.Path, "events.csv"), 40_000, 200);

        for (var time = 0; time < 2; time++)
        {
            await disk.FillAsync(bytes: 3_000_000 + (time * 1_000_000));
            var full = await RunAsync(disk.Path, ["events.csv", "--study", "game"]);
            full.ExitCode.ShouldBe(2, full.Output + full.Error);
            full.Error.ShouldNotContain("defect");
            disk.Clear();
        }

        var run = await RunAsync(disk.Path, ["events.csv", "--study", "game"]);
        run.ExitCode.ShouldBe(0, run.Error);
        (await RoomsAsync(disk.Path)).ShouldBe(
            Enumerable.Range(1, 40_000).Select(i => i.ToString(CultureInfo.InvariantCulture))
        );
    }

    [Fact]
    public async Task On_PostgreSQL_it_works_beside_a_server_whose_live_view_sees_it()
    {
        await using var postgres = await OwnPostgres.StartNewAsync();
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_POSTGRES"] = postgres.ConnectionString,
        };
        await using var server = await SillageServer.StartAsync(_folder.Path, settings);
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 3);
        using var live = new StreamReader(await admin.Client.GetStreamAsync("/api/v1/studies/game/traces/live"));
        await WriteRowsAsync(_folder["events.csv"], 3);

        var run = await RunAsync(_folder.Path, ["events.csv", "--study", "game"], settings);

        run.ExitCode.ShouldBe(0, run.Error);
        var seen = new StringBuilder();
        while (!seen.ToString().Contains("x3\"", StringComparison.Ordinal))
        {
            seen.AppendLine(await live.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }
}
