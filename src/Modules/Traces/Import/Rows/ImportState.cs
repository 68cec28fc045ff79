using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sillage.Traces.Import.Files;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// How far a file has been imported, kept beside it: so many rows, and a digest of all of them. A later run reads over these
/// rows without storing them, and sees by the digest that they are the same. The database knows the run, too: of another one, or of
/// one that was put back to an earlier day, the file says nothing.
/// </summary>
/// <param name="Run">Which run of the database's study it is; files of versions that had none say nothing.</param>
/// <param name="Rows">How many rows are done with.</param>
/// <param name="Digest">The digest of them, each chained to the one before.</param>
/// <param name="Options">A digest of how they were read.</param>
/// <param name="Bad">The file of those that could not be taken; null if there are none.</param>
/// <param name="BadLength">How long that file was then.</param>
/// <param name="BadRows">How many are in it.</param>
/// <param name="IsFinished">Whether the run came to the file's end.</param>
internal sealed record ImportState(
    Guid Run,
    long Rows,
    string Digest,
    string Options,
    string? Bad = null,
    long BadLength = 0,
    long BadRows = 0,
    bool IsFinished = false
)
{
    /// <summary>Where it is kept; null for what has no place, such as the standard input.</summary>
    public static string? PathOf(TraceImportRequest request) =>
        request.File == ImportFile.StandardInput ? null : $"{request.File}.{request.Study}.import";

    /// <summary>A digest of everything that makes other traces of the same rows.</summary>
    public static string OptionsOf(TraceImportRequest request) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new
                    {
                        Map = Mapping.Pairs(request).Select(p => $"{p.Target}={p.Column}"),
                        request.SkipLines,
                        request.Constants,
                        request.Drop,
                        request.Format,
                        request.Delimiter,
                        request.Quote,
                        request.NoHeader,
                        request.Encoding,
                        request.DecimalComma,
                        request.Missing,
                        request.TimeFormat,
                        request.TimeZone,
                        request.CreateParticipants,
                    }
                )
            )
        );

    /// <summary>Where the chain of digests begins: what is the same for every row belongs to what the rows are.</summary>
    public static byte[] Seed(TraceImportRequest request) =>
        SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join('\n', request.Constants)
                    + (request.Part == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\0{request.Part}"))
            )
        );

    /// <summary>What an earlier run has left; null if there is nothing, or it was told to be left alone.</summary>
    public static ImportState? Load(TraceImportRequest request)
    {
        if (request.StartOver || PathOf(request) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ImportState>(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ImportException(
                $"{path} cannot be read: {(e is JsonException ? "it is not what an import writes" : e.Message.TrimEnd('.'))}. Delete it, or say --start-over; nothing is stored twice.",
                e
            );
        }
    }

    /// <summary>Writes it down.</summary>
    /// <exception cref="ImportException">It cannot be written beside the file.</exception>
    public async Task SaveAsync(TraceImportRequest request)
    {
        if (PathOf(request) is not { } path)
        {
            return;
        }

        try
        {
            await PrivateFile.WriteAsync(path, JsonSerializer.Serialize(this), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException(
                $"{path} cannot be written: {e.Message.TrimEnd('.')}. How far an import has come is kept beside the file: see that there is room "
                    + "and that you may write there, and run the same command again; or copy the file elsewhere.",
                e
            );
        }
    }
}
