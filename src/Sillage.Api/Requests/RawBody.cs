using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests;

/// <summary>A request's body as it came, for routes that take files.</summary>
public static class RawBody
{
    /// <summary>Reads the whole body into memory, which is charged to the account (<see cref="BodyBudget"/>), or gives it again.</summary>
    /// <exception cref="ProblemException">413, 429 or 503: it is too large, or there is no room for it now.</exception>
    public static ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return RequestBody.ReadBytesAsync(context);
    }
}
