/** Who makes a call. */
export type Principal =
  | { readonly kind: 'root'; readonly arn: string; readonly account: string }
  | { readonly kind: 'user'; readonly arn: string; readonly account: string; readonly userName: string }
  | {
      readonly kind: 'role';
      /** `arn:aws:sts::A:assumed-role/NAME/SESSION` */
      readonly arn: string;
      readonly account: string;
      /** `arn:aws:iam::A:role/NAME` */
      readonly roleArn: string;
      readonly roleName: string;
      readonly sessionName: string;
      /** Key of the STS session, whose policies and tags count; absent for sessions made inside the cloud. */
      readonly accessKeyId?: string;
    }
  | {
      readonly kind: 'service';
      /** For example `events.amazonaws.com`; such a call is allowed by resource policies only. */
      readonly service: string;
      readonly arn: string;
      readonly account: string;
      /** What the service acts for, as `aws:SourceArn`. */
      readonly sourceArn?: string;
    }
  | { readonly kind: 'anonymous'; readonly arn: 'anonymous'; readonly account: string };
