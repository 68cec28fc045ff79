using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Requests;

namespace Sillage.Rowing.Files;

/// <summary>A file out of a request.</summary>
internal sealed record SentFile(string? Name, byte[] Bytes);

/// <summary>Reads the files of a request: one as the body, or several as the parts of a form.</summary>
internal static class FileBody
{
    /// <summary>The most bytes of a request.</summary>
    public const int Longest = 32_000_000;

    private const int MostFiles = 100;
    private const string Form = "multipart/form-data";

    public static readonly string[] MediaTypes =
    [
        "application/octet-stream",
        "application/vnd.ant.fit",
        "application/fit",
        "application/vnd.garmin.tcx+xml",
        "application/tcx+xml",
        "application/gpx+xml",
        "application/xml",
        "text/xml",
        "text/csv",
        Form,
    ];

    /// <summary>Reads it.</summary>
    /// <exception cref="ProblemException">400, 413 or 415; 429 or 503: there is no room for it now.</exception>
    public static async Task<IReadOnlyList<SentFile>> ReadAsync(HttpContext http, IdempotencyKey key)
    {
        if (
            !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !MediaTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)
        )
        {
            throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status415UnsupportedMediaType,
                    "Unsupported media type",
                    $"The Content-Type has to be one of {string.Join(", ", MediaTypes)}."
                )
            );
        }

        await key.ReadBodyAsync(http);
        var bytes = (await RawBody.ReadAsync(http)).ToArray();
        if (!type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase))
        {
            return bytes.Length == 0 ? throw Bad("There is no file in the body.") : [new SentFile(null, bytes)];
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is 0 or > 200
            ? throw Bad("The form has no boundary.")
            : await ReadPartsAsync(bytes, boundary, http.RequestAborted);
    }

    private static async Task<IReadOnlyList<SentFile>> ReadPartsAsync(
        byte[] bytes,
        string boundary,
        CancellationToken ct
    )
    {
        var files = new List<SentFile>();
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(bytes, writable: false));
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (files.Count == MostFiles)
                {
                    throw Bad($"A form has at most {MostFiles} files.");
                }

                using var part = new MemoryStream();
                await section.Body.CopyToAsync(part, ct);
                var name = section.GetContentDispositionHeader()?.FileName.ToString().Trim('"');
                if (part.Length > 0)
                {
                    files.Add(new SentFile(IsName(name) ? name : null, part.ToArray()));
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Bad("The form is not complete.");
        }

        return files.Count == 0 ? throw Bad("There is no file in the form.") : files;
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= 255 } && !name.Any(char.IsControl);

    private static ProblemException Bad(string detail) => new(Problem.BadRequest(detail));
}
