using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Api.Access;

/// <summary>Rights inside a resource on routes, as <see cref="PermissionRoutes"/> has permissions.</summary>
public static class RightRoutes
{
    /// <summary>
    /// Lets only callers through that hold one of these rights in the resource that the gate of the route's group has found, and one of
    /// every other set that is asked for; 403 without.
    /// </summary>
    public static TBuilder RequireRight<TBuilder, TRight>(this TBuilder routes, params IReadOnlyList<TRight> anyOf)
        where TBuilder : IEndpointConventionBuilder
        where TRight : struct, Enum => routes.WithMetadata(new RightMetadata<TRight>(anyOf));
}

/// <summary>Says on an endpoint which rights it needs; read by the access check and the OpenAPI document.</summary>
public abstract class RightMetadata : GateMetadata
{
    /// <summary>What says so of an operation in the OpenAPI document: sets of rights, one of each is needed.</summary>
    public const string Extension = "x-rights";

    /// <summary>The names of the rights, any of which is enough.</summary>
    public abstract IReadOnlyList<string> AnyOf { get; }

    /// <summary>The same in words, as in <c>the right `read`</c>.</summary>
    public abstract string Words { get; }
}

/// <inheritdoc />
internal sealed class RightMetadata<TRight> : RightMetadata
    where TRight : struct, Enum
{
    private readonly TRight[] _anyOf;
    private readonly string _named;
    private readonly string _described;

    public RightMetadata(IReadOnlyList<TRight> anyOf)
    {
        _anyOf = [.. anyOf];
        var members = _anyOf.ToLookup(right => DescriptionOf(right) is null);
        _named = string.Join("', '", members[true].Select(NameOf));
        _named = _named.LastIndexOf("', '", StringComparison.Ordinal) is >= 0 and var last
            ? $"the right '{_named[..last]}' or '{_named[(last + 4)..]}'"
            : $"the right '{_named}'";
        _described = string.Concat(members[false].Select(right => $", or {DescriptionOf(right)}"));
        AnyOf = [.. _anyOf.Select(NameOf)];
        Words = _named.Replace('\'', '`') + _described;
    }

    public override IReadOnlyList<string> AnyOf { get; }

    public override string Words { get; }

    public override ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var resource =
            context.Features.Get<IResource<TRight>>()
            ?? throw new InvalidOperationException($"No gate of this route has found what has {typeof(TRight).Name}.");
        var held = resource.RightsOf(caller);
        foreach (var right in _anyOf)
        {
            if (held.HasFlag(right))
            {
                return default;
            }
        }

        return new(Problem.Forbidden($"This needs {_named} in {resource.Called}{_described}."));
    }

    private static string NameOf(TRight right) => JsonNamingPolicy.KebabCaseLower.ConvertName(right.ToString());

    // A right that is not given, but comes with being something, says so.
    private static string? DescriptionOf(TRight right) =>
        typeof(TRight).GetField(right.ToString())?.GetCustomAttribute<DescriptionAttribute>()?.Description;
}
