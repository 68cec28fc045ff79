using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sillage.Rowing.Tests;

/// <summary>Garmin's own decoder, which says what is in a FIT file.</summary>
internal static class FitOracle
{
    private const string Script = """
        import { Decoder, Stream } from '@garmin/fitsdk';
        import fs from 'node:fs';
        const decoder = new Decoder(Stream.fromBuffer(fs.readFileSync(process.argv[2])));
        const integrity = decoder.checkIntegrity();
        const { messages, errors } = decoder.read({ convertTypesToStrings: false, convertDateTimesToDates: false });
        console.log(JSON.stringify({ integrity, errors: errors.length, messages }));
        """;

    /// <summary>Whether it is installed: <c>./test</c> does that.</summary>
    public static bool IsThere =>
        Directory.Exists(Path.Combine(RealFiles.Above("tests"), "node/node_modules/@garmin/fitsdk"));

    public static async Task<JsonNode> ReadAsync(byte[] fit)
    {
        var node = Path.Combine(RealFiles.Above("tests"), "node");
        var name = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.fit");
        // Beside its packages, where it is looked for them.
        var script = Path.Combine(node, $"oracle-{Guid.CreateVersion7():N}.mjs");
        await File.WriteAllBytesAsync(name, fit);
        await File.WriteAllTextAsync(script, Script);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("node", [script, name])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    WorkingDirectory = node,
                }
            )!;
            var text = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return JsonNode.Parse(text) ?? throw new InvalidDataException("Nothing was read.");
        }
        finally
        {
            File.Delete(name);
            File.Delete(script);
        }
    }
}
