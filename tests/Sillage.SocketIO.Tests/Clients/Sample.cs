using System.Diagnostics;

namespace Sillage.SocketIO.Tests.Clients;

/// <summary>A sample that runs as a process of its own, on a port that it chose.</summary>
internal sealed class Sample : IAsyncDisposable
{
    private readonly Process _process;

    private Sample(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public static async Task<Sample> StartAsync(string name, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var folder = Path.Combine(ClientTests.Root, "samples", name);
        var program = Path.Combine(folder, "bin", configuration, "net10.0", name + ".dll");
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                WorkingDirectory = folder,
            },
        };
        process.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.Split("Now listening on: ") is [_, var address])
                {
                    // Somebody has to read on, or the sample stands still when its pipe is full.
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return new Sample(process, address);
                }
            }
        }
        catch
        {
            process.Kill();
            throw;
        }

        throw new InvalidOperationException($"{name} did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
