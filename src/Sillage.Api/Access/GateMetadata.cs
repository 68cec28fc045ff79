using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Api.Access;

/// <summary>
/// What a caller has to pass on a route besides its permissions, before the body is read. The access check asks the gates in their order:
/// that of a group finds the resource which the address names, those of <see cref="RightRoutes.RequireRight"/> ask what the caller
/// may do in it.
/// </summary>
public abstract class GateMetadata
{
    /// <summary>Lets the caller pass, or says why not.</summary>
    /// <returns>Null to let him pass.</returns>
    public abstract ValueTask<Problem?> PassAsync(HttpContext context, Caller caller);
}

/// <summary>
/// A resource in which callers hold rights, as a study. The gate of its group puts it among the features of the request as this, and the
/// handler takes it as a parameter.
/// </summary>
/// <typeparam name="TRight">The rights that there are in it: flags.</typeparam>
public interface IResource<out TRight>
    where TRight : struct, Enum
{
    /// <summary>What it is called where a right in it is missing, as in <c>the study 'java-quest'</c>.</summary>
    string Called { get; }

    /// <summary>What the caller may do in it with the credential in hand.</summary>
    TRight RightsOf(Caller caller);
}
