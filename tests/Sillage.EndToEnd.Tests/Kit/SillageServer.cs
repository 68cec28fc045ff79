using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>The real server as a child process on a port that the system chose, known from its banner.</summary>
internal sealed partial class SillageServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SillageServer(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Everything it has printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Everything it has written to its error output so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts it in <paramref name="folder"/> and waits for its banner.</summary>
    public static Task<SillageServer> StartAsync(
        string folder,
        IReadOnlyDictionary<string, string>? environment = null,
        params string[] arguments
    ) => StartProgramAsync(Repository.Executable, folder, environment, arguments);

    /// <summary>The same with an executable that was built elsewhere.</summary>
    public static async Task<SillageServer> StartProgramAsync(
        string program,
        string folder,
        IReadOnlyDictionary<string, string>? environment = null,
        params string[] arguments
    )
    {
        // As few rounds as the product allows, and no second compilation of what is called often: no test is about either, and both take most of the time.
        var settings = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        settings.TryAdd("SILLAGE_ACCOUNTS__PASSWORDITERATIONS", "100000");
        settings.TryAdd("DOTNET_TieredPGO", "0");
        var process = CommandRun.Start(
            program,
            folder,
            arguments.Contains("--urls")
                ? ["serve", .. arguments]
                : ["serve", "--urls", "http://127.0.0.1:0", .. arguments],
            settings
        );
        process.StandardInput.Close();
        var server = new SillageServer(process);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            // Until all that it said has been heard.
            process.WaitForExit();
            server._address.TrySetException(
                new InvalidOperationException($"The server ended before it was up. {server.Output}\n{server.Errors}")
            );
        };
        process.OutputDataReceived += (_, line) => server.Hear(line.Data);
        process.ErrorDataReceived += (_, line) => server._errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        server.Address = await server._address.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return server;
    }

    /// <summary>The modules that there are: the program's own list.</summary>
    public static async Task<string[]> ModulesAsync(string folder)
    {
        var refused = await CommandRun.SillageAsync(folder, ["serve", "--modules", "none"]);
        const string Before = "There are: ";
        var list = refused.Error[(refused.Error.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..];
        return list.Trim().TrimEnd('.').Split(',', StringSplitOptions.TrimEntries);
    }

    /// <summary>A client of it, without credentials.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };

    public int ProcessId => _process.Id;

    /// <summary>Whether it has ended, however that came.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its memory in use, in bytes.</summary>
    public long WorkingSet()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    /// <summary>Ends it the hard way, as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signals.Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(int signal = Signals.Terminate)
    {
        Send(signal);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return _process.ExitCode;
    }

    public void Send(int signal) => _process.Send(signal);

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        _output.Enqueue(line ?? "");
        if (line is not null && ApiClient().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups["address"].Value));
        }
    }

    [GeneratedRegex(@"^\s*API\s+(?<address>http\S+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ApiClient();
}
